package mockllm

import (
	"testing"
	"time"
)

func TestRPMRefusesWhatIsMoreThanAMinuteOrASecondAllows(t *testing.T) {
	for name, c := range map[string]struct {
		every time.Duration
		n     int
		want  int // refused
	}{
		"evenly":                   {100 * time.Millisecond, 1500, 0},
		"all at once":              {0, 100, 88},
		"a little too fast":        {98 * time.Millisecond, 1224, 12 + 12}, // 612 in the first minute, and in the second
		"twice as fast, for a bit": {50 * time.Millisecond, 12, 0},
	} {
		fault := RPM(600)
		at, refused := time.Unix(0, 0), 0
		for range c.n {
			if fault(0, Recorded{Arrived: at}) != nil {
				refused++
			}
			at = at.Add(c.every)
		}
		if refused < c.want-1 || refused > c.want+1 {
			t.Errorf("%s: %d refused, want %d", name, refused, c.want)
		}
	}
}
