package main

import (
	"os"
	"path/filepath"
	"testing"

	"hardneg/internal/mockllm"
)

func TestARunThatWasKilledAtItsBirthHasNothingInIt(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3, mockllm.Config{})
	if err := os.Mkdir(filepath.Join(l.dir, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	l.write("run/run.db", "")
	if s := l.status(); s.State != "idle" || s.stage("queries").Planned != 0 {
		t.Errorf("%+v", s)
	}
	l.must(0, "check")
	l.must(0, "run", "--dry-run")
	l.must(0, "run")
}
