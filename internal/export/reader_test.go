//go:build readers

package export

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"hardneg"
)

// TestIndependentReader reads the files with pyarrow and, where they are installed, the datasets library and DuckDB. It is asked for by
// `make test-readers`; the environment variable PYTHON names a Python that has pyarrow, python3 by default.
func TestIndependentReader(t *testing.T) {
	python := cmp.Or(os.Getenv("PYTHON"), "python3")
	if err := exec.Command(python, "-c", "import pyarrow").Run(); err != nil {
		t.Fatal("this needs a Python with pyarrow; PYTHON names it")
	}
	for name, exs := range map[string][]hardneg.Example{"mixed": examples(40), "unverified": unverified(examples(10))} {
		t.Run(name, func(t *testing.T) {
			dir, out := t.TempDir(), t.TempDir()
			for _, f := range Formats() {
				if name == "unverified" && NeedsScores(f) {
					continue
				}
				write(t, f, dir, Options{limits: &limits{groupRows: 7, groupBytes: 1 << 20, fileBytes: 1 << 30}}, exs)
			}
			script := exec.Command(python, "testdata/read.py", dir, out)
			script.Env = append(os.Environ(), "HF_HUB_OFFLINE=1", "HF_HOME="+out)
			said, err := script.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			t.Logf("%s", said)
			var want []record
			for _, ex := range exs {
				if ex.Split == "train" {
					want = append(want, newRecord(ex))
				}
			}
			if diff := gocmp.Diff(want, readJSON[record](t, filepath.Join(out, "hf"))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func readJSON[T any](t *testing.T, file string) (rows []T) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for d := json.NewDecoder(bufio.NewReader(f)); d.More(); {
		var r T
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}
