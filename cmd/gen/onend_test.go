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
