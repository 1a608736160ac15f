package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hardneg/internal/mockllm"
)

func TestACommandIsToldOfTheEndWhateverItIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		code int
	}{
		"complete": {nil, 0},
		"a budget": {[]string{"--set", "run.budget.calls=3"}, exitBudget},
		"refused":  {[]string{"--set", "models.writer.base_url=http://127.0.0.1:1/v1", "--set", "models.writer.patience=200ms"}, exitProvider},
	} {
		l := newLab(t, 3, mockllm.Config{})
		args := append([]string{"run", "--set", "run.on_end=cat > told.json; exit 3"}, c.args...)
		l.must(c.code, args...) // the command's own failure is not the run's
		b, err := os.ReadFile(filepath.Join(l.dir, "told.json"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var e ending
		if err := json.Unmarshal(b, &e); err != nil {
			t.Fatalf("%s: %v: %s", name, err, b)
		}
		if e.Exit != c.code || (c.code == 0) != (e.Error == "") || len(e.Stages) != 5 || e.stage("queries").Planned != 6 {
			t.Errorf("%s: %s", name, b)
		}
		if now := l.status(); now.Calls != e.Calls {
			t.Errorf("%s: it was told of %+v, there are %+v", name, e.Calls, now.Calls)
		}
	}
}

// Also one that came before anything was begun, which in the night nobody sees either.
func TestACommandIsToldOfAnEndBeforeTheBegin(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3, mockllm.Config{})
	told := func(code int, args ...string) ending {
		return l.told(code, append(args, "--set", "run.on_end=cat > told.json")...)
	}
	told(exitUsage, "run", "--set", "models.large.api_key=env:NO_SUCH_KEY")
	told(exitInput, "run", "--set", "corpus.path=[none.jsonl]")
	l.noRun()
	l.must(0, "run", "--stage", "queries")
	if e := told(exitUsage, "run", "--set", "models.large.api_key=env:NO_SUCH_KEY"); e.stage("queries").Done != 6 {
		t.Errorf("%+v", e)
	}
	l.must(0, "run", "--dry-run", "--set", "run.on_end=cat > told.json")
	if _, err := os.Stat(filepath.Join(l.dir, "told.json")); err == nil {
		t.Error("a dry run is no run that ends")
	}
}

// A changed config is refused when the run is open already, and says nothing of how far it is.
func TestACommandIsToldHowFarARunWithAChangedConfigIs(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3, mockllm.Config{})
	l.must(0, "run", "--limit", "2")
	want := l.status()
	e := l.told(exitUsage, "run", "--set", "models.writer.temperature=0.1", "--set", "run.on_end=cat > told.json")
	if e.State != "idle" || !cmp.Equal(e.Stages, want.Stages) || e.pending() == 0 || e.Calls != want.Calls {
		t.Errorf("it was told of %+v, there are %+v", e.status, want)
	}
	fresh := newLab(t, 3, mockllm.Config{})
	fresh.write("corpus.jsonl", "{}\n")
	if e := fresh.told(exitInput, "run", "--set", "run.on_end=cat > told.json"); e.State != "idle" || len(e.Stages) != 0 {
		t.Errorf("%+v", e.status)
	}
}

// What is wrong elsewhere in the config, or in the flags, does not keep the end from whoever waits for it.
func TestACommandIsToldOfAConfigThatIsWrong(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3, mockllm.Config{})
	l.must(0, "run", "--stage", "queries")
	told := "run.on_end=cat > told.json"
	for name, args := range map[string][]string{
		"an unknown key":     {"--set", "models.writer.temprature=0.1", "--set", told},
		"a wrong value":      {"--set", "run.budget.usd=much", "--set", told},
		"a stage":            {"--set", told, "--stage", "quries"},
		"a shard":            {"--set", told, "--shard", "2/2"},
		"a bad model beside": {"--set", told, "--set", "judge.cascade.0.model=nobody"},
	} {
		if e := l.told(exitUsage, append([]string{"run"}, args...)...); e.stage("queries").Done != 6 || e.State != "idle" {
			t.Errorf("%s: %+v", name, e.status)
		}
	}
	l.write("config.yaml", "run: {dir: run, on_end: 'cat > told.json', sead: 7}\n"+strings.TrimPrefix(fmt.Sprintf(labConfig, l.server.URL), "run: {dir: run, seed: 7}\n"))
	if e := l.told(exitUsage, "run"); e.stage("queries").Done != 6 {
		t.Errorf("in the file: %+v", e.status)
	}
	l.must(exitUsage, "run", "--set", "run.on_end={}")
	l.must(exitUsage, "run", "--dry-run", "--set", "models.writer.temprature=0.1")
	if _, err := os.Stat(filepath.Join(l.dir, "told.json")); err == nil {
		t.Error("a dry run is no run that ends")
	}
}

// told runs the program, whose run.on_end writes told.json, and reads that.
func (l *lab) told(code int, args ...string) (e ending) {
	l.t.Helper()
	file := filepath.Join(l.dir, "told.json")
	_ = os.Remove(file)
	l.must(code, args...)
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &e)
	}
	if err != nil || e.Exit != code || (e.Error == "") != (code == 0) {
		l.t.Errorf("%v: %v, told of exit %d, %q", args, err, e.Exit, e.Error)
	}
	_ = os.Remove(file)
	return e
}

func TestACommandIsToldOfARunThatQuitsAtOnce(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	l := newLab(t, 3, mockllm.Config{Fault: func(int, mockllm.Recorded) *mockllm.Fault { <-hang; return nil }})
	defer close(hang)
	c := l.command("run", "--set", "run.on_end=sleep 0.2; cat > told.new; mv told.new told.json")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for l.server.InFlight() == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	for range 2 {
		_ = c.Process.Signal(syscall.SIGTERM)
		time.Sleep(100 * time.Millisecond)
	}
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != 143 {
		t.Fatalf("exit %d", code)
	}
	var e ending
	for range 100 { // the command goes on when the run has gone
		b, err := os.ReadFile(filepath.Join(l.dir, "told.json"))
		if err == nil {
			if err := json.Unmarshal(b, &e); err != nil || e.Exit != 143 || e.Error == "" || e.State != "idle" || e.stage("queries").Planned != 6 {
				t.Errorf("%v: %s", err, b)
			}
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("it was told of nothing")
}
