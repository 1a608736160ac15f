package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// A key that is not there is no reason to begin, import and stop; and whoever mends one should hear of all.
func TestAllMissingKeysAreNamedBeforeAnythingIsStarted(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3, mockllm.Config{})
	keys := []string{"--set", "models.writer.api_key=env:WRITER_KEY", "--set", "models.large.api_key=file:none.txt", "--set", "models.spare.provider=openai",
		"--set", "models.spare.model=x", "--set", "models.spare.api_key=env:SPARE_KEY", "--set", "models.small.headers.X-Token=env:TOKEN"}
	for _, args := range [][]string{{"run"}, {"run", "--dry-run"}, {"try", "-n", "1"}, {"batch", "submit"}, {"batch", "write", "--out", "wave"}} {
		r := l.must(2, append(args, keys...)...)
		for _, want := range []string{"models.writer.api_key: environment variable WRITER_KEY is not set", "models.large.api_key: secret file", "none.txt", "X-Token: environment variable TOKEN"} {
			if !strings.Contains(r.err, want) {
				t.Errorf("%v: no %q in %s", args, want, r.err)
			}
		}
		if strings.Contains(r.err, "models.spare.api_key: ") {
			t.Errorf("a model that no stage has needs no key: %s", r.err)
		}
		l.noRun()
	}
	l.env = append(l.env, "WRITER_KEY=abcdefgh", "TOKEN=ijklmnop")
	l.must(2, append([]string{"run"}, keys...)...)
	l.write("none.txt", "qrstuvwx")
	if err := os.Chmod(filepath.Join(l.dir, "none.txt"), 0o600); err != nil {
		t.Fatal(err)
	}
	l.must(0, append([]string{"run"}, keys...)...)
	l.env = l.env[:len(l.env)-2]
	l.must(0, append([]string{"run"}, keys...)...) // nothing is left to ask
}
