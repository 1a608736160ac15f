package judge

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// rlhnRow is a row of RLHN with the reply of a judge.
type rlhnRow struct {
	ID        string     `json:"query_id"`
	Query     string     `json:"query"`
	Positives []rlhnText `json:"positive_passages"`
	Negatives []rlhnText `json:"negative_passages"`
	Response  string     `json:"response"`
}

type rlhnText struct {
	DocID string `json:"docid"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// rlhnData reads the recorded replies of the two judges; the test is skipped where they are not at hand.
func rlhnData(t *testing.T) (stage1, stage2 []rlhnRow, flagged []string) {
	t.Helper()
	shared := os.Getenv("HARDNEG_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "shared")
	}
	dir := filepath.Join(shared, "data", "rlhn-fiqa")
	ids, err := os.ReadFile(filepath.Join(dir, "fiqa.stage_1.query_ids.with.false_negatives.txt"))
	if err != nil {
		const missing = "no recorded replies of RLHN: set HARDNEG_SHARED to the folder with the data for tests"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing + "; with CI=true nothing is skipped")
		}
		t.Skip(missing)
	}
	return rlhnRows(t, filepath.Join(dir, "fiqa.stage_1.gpt-4o-mini.jsonl")), rlhnRows(t, filepath.Join(dir, "fiqa.stage_2.gpt-4o.jsonl")), strings.Fields(string(ids))
}

func rlhnRows(t *testing.T, file string) []rlhnRow {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []rlhnRow
	for in := bufio.NewReader(f); ; {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			var r rlhnRow
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatal(err)
			}
			out = append(out, r)
		}
		if err != nil {
			return out
		}
	}
}

var (
	rlhnBetter = regexp.MustCompile(`(?s)<better>(.*?)</better>`)
	rlhnWorse  = regexp.MustCompile(`(?s)<worse>(.*?)</worse>`)
	rlhnDoc    = regexp.MustCompile(`Doc \((\d+)\)`)
)

// said is what a reply says of each of the row's negatives, by docid, in the words of kind rlhn; nil if it has no verdict.
func (r rlhnRow) said(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, n := range r.Negatives {
		out[n.DocID] = "none"
	}
	for word, tag := range map[string]*regexp.Regexp{"better": rlhnBetter, "worse": rlhnWorse} {
		list := tag.FindStringSubmatch(r.Response)
		if list == nil {
			return nil
		}
		for _, m := range rlhnDoc.FindAllStringSubmatch(list[1], -1) {
			n, err := strconv.Atoi(m[1])
			if err != nil || n < 1 || n > len(r.Negatives) {
				t.Fatalf("query %s: Doc (%s)", r.ID, m[1])
			}
			out[r.Negatives[n-1].DocID] = word
		}
	}
	return out
}
