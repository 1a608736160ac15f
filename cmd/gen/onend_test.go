package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

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
	told := func(code int, args ...string) (e ending) {
		_ = os.Remove(filepath.Join(l.dir, "told.json"))
		l.must(code, append(args, "--set", "run.on_end=cat > told.json")...)
		b, err := os.ReadFile(filepath.Join(l.dir, "told.json"))
		if err == nil {
			err = json.Unmarshal(b, &e)
		}
		if err != nil || e.Exit != code || e.Error == "" {
			t.Errorf("%v: %v, told of exit %d, %q", args, err, e.Exit, e.Error)
		}
		return e
	}
	told(exitUsage, "run", "--set", "models.large.api_key=env:NO_SUCH_KEY")
	told(exitInput, "run", "--set", "corpus.path=[none.jsonl]")
	l.noRun()
	l.must(0, "run", "--stage", "queries")
	if e := told(exitUsage, "run", "--set", "models.large.api_key=env:NO_SUCH_KEY"); e.stage("queries").Done != 6 {
		t.Errorf("%+v", e)
	}
	_ = os.Remove(filepath.Join(l.dir, "told.json"))
	l.must(0, "run", "--dry-run", "--set", "run.on_end=cat > told.json")
	if _, err := os.Stat(filepath.Join(l.dir, "told.json")); err == nil {
		t.Error("a dry run is no run that ends")
	}
}
