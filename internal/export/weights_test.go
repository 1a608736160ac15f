package export

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A data set with weights has a column for them, one without has none; both are read back and pass their check.
func TestWeightsOfNegatives(t *testing.T) {
	half := 0.5
	exs := examples(4)
	for i := range exs {
		for n := range exs[i].Negatives {
			exs[i].Negatives[n].Weight = &half
		}
	}
	dir := t.TempDir()
	for _, f := range []string{"hf", "jsonl"} {
		write(t, f, dir, Options{Weighted: true}, exs)
		if _, v, err := Check(filepath.Join(dir, f)); err != nil || len(v) > 0 {
			t.Errorf("%s: %v %v", f, v, err)
		}
		card, err := os.ReadFile(filepath.Join(dir, f, "README.md"))
		if err != nil || !strings.Contains(string(card), "weight") {
			t.Errorf("%s: the card says nothing of the weight: %v", f, err)
		}
	}
	both := t.TempDir()
	m := write(t, "hf", both, Options{Weighted: true, HardQueries: true}, exs)
	if _, v, err := Check(filepath.Join(both, "hf")); err != nil || len(v) > 0 || m.Rows[exs[0].Split] == 0 {
		t.Errorf("with hard queries: %v %v", v, err)
	}
	found := 0
	for name, raw := range tree(t, filepath.Join(dir, "hf")) {
		if !strings.HasSuffix(name, ".parquet") {
			continue
		}
		r := bytes.NewReader([]byte(raw))
		if err := readParquet(r, r.Size(), same, func(_ int, row weightedRecord) {
			for _, n := range row.Negatives {
				found++
				if n.Weight == nil || *n.Weight != .5 || n.Text == "" {
					t.Errorf("%+v", n)
				}
			}
		}); err != nil {
			t.Error(err)
		}
	}
	if found == 0 {
		t.Error("no negative was read")
	}
}
