package work

import (
	"errors"
	"testing"
)

func TestAJobIsDoneMeanwhile(t *testing.T) {
	go1, failed := make(chan struct{}), errors.New("failed")
	j := Begin(func() error { <-go1; return failed })
	if j.Ended() {
		t.Error("it has ended before it could")
	}
	close(go1)
	if err := j.Wait(); err != failed || !j.Ended() || j.Wait() != failed {
		t.Errorf("%v", err)
	}
}

func TestAPanicOfAJobIsThatOfWhoWaits(t *testing.T) {
	defer func() {
		if p, ok := recover().(*Panic); !ok || p.Value != "broken" || len(p.Stack) == 0 {
			t.Errorf("%v", p)
		}
	}()
	Begin(func() int { panic("broken") }).Wait()
	t.Error("it came back")
}
