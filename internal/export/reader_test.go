//go:build readers

package export

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hardneg"
	"hardneg/internal/readers"
)

// These tests read the files with engines that nobody here wrote. They are asked for by `make test-readers`, and install them.

// allFormats is all formats of some examples, in row groups of few rows.
func allFormats(t *testing.T, name string, exs []hardneg.Example) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range Formats() {
		if name == "unverified" && NeedsScores(f) {
			continue
		}
		o := Options{limits: &limits{groupRows: 7, groupBytes: 1 << 20, fileBytes: 1 << 30}}
		if name == "compared" {
			o.Similarities, o.Scores = true, ScoresDense
		}
		write(t, f, dir, o, exs)
	}
	return dir
}

func kinds() map[string][]hardneg.Example {
	return map[string][]hardneg.Example{"mixed": examples(40), "unverified": unverified(examples(10)), "compared": similar(examples(20))}
}

func ran(t *testing.T, script *exec.Cmd) {
	t.Helper()
	said, err := script.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%.4000s", err, said)
	}
	t.Logf("%s", said)
}

// TestIndependentReaderOfPython has pyarrow, datasets and DuckDB.
func TestIndependentReaderOfPython(t *testing.T) {
	e := readers.Need(t)
	for name, exs := range kinds() {
		t.Run(name, func(t *testing.T) {
			dir, out := allFormats(t, name, exs), t.TempDir()
			script := exec.Command(e.Python, "testdata/read.py", dir, out)
			script.Env = append(os.Environ(), "HF_HUB_OFFLINE=1", "HF_HOME="+out)
			ran(t, script)
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

// TestIndependentReaderOfNode has hyparquet, DuckDB, arrow-rs and Polars, which assert the types of every column too.
func TestIndependentReaderOfNode(t *testing.T) {
	e := readers.Need(t)
	for name, exs := range kinds() {
		t.Run(name, func(t *testing.T) {
			dir, out := allFormats(t, name, exs), t.TempDir()
			ran(t, e.Script(t, "testdata/read.mjs", dir, out, name))
			compared := 0
			for file := range tree(t, dir) {
				if !strings.HasSuffix(file, ".parquet") {
					continue
				}
				got := readJSON[table](t, filepath.Join(out, file+".json"))[0]
				if diff := gocmp.Diff(ownTable(t, filepath.Join(dir, file)), got, emptyIsNil); diff != "" {
					t.Errorf("%s (-written +read by hyparquet):\n%.2000s", file, diff)
				}
				compared++
			}
			if compared < 3*7 {
				t.Errorf("%d files were compared", compared)
			}
		})
	}
}

// emptyIsNil: a row of a list may have no value.
var emptyIsNil = cmpopts.EquateEmpty()

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
