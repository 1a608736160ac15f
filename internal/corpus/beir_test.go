package corpus

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// beirFolder writes a folder; content by name.
func beirFolder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		writeIn(t, dir, name, content)
	}
	return dir
}

const oneDoc = `{"_id":"d1","title":"T","text":"body"}` + "\n"

func TestBEIRFolder(t *testing.T) {
	dir := beirFolder(t, map[string]string{
		"corpus.jsonl.gz": gzipped(oneDoc + `{"text":"without id"}`),
		"queries.jsonl":   `{"_id":"q1","text":"who?"}` + "\n" + `{"_id":"q2"}`,
		"qrels/train.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td1\n\nq1\td2\tx\n\td1\t1\nq2\td1\t-1\n",
		"qrels/dev.tsv":   "q1\td9\t2\r\n",
		"qrels/notes.txt": "no qrels",
	})
	s := open(t, dir, Options{})
	if s.Format() != "beir" || !s.HasQueries() || s.Path() != dir {
		t.Fatalf("%s, queries %t", s.Format(), s.HasQueries())
	}
	if f := s.Files(); len(f) != 4 || f[0] != filepath.Join(dir, "corpus.jsonl.gz") || f[2] != filepath.Join(dir, "qrels", "dev.tsv") {
		t.Errorf("files %v", f)
	}
	got, err := drain(s)
	if diff := cmp.Diff([]string{"1|d1|T|body"}, rows(got)); err != nil || diff != "" {
		t.Error(err, diff)
	}
	var queries []Query
	for q, err := range s.Queries() {
		if err != nil {
			t.Fatal(err)
		}
		queries = append(queries, q)
	}
	if diff := cmp.Diff([]Query{{ID: "q1", Text: "who?", File: filepath.Join(dir, "queries.jsonl"), Line: 1}}, queries); diff != "" {
		t.Error(diff)
	}
	var judgements []Judgement
	for j, err := range s.Judgements() {
		if err != nil {
			t.Fatal(err)
		}
		judgements = append(judgements, j)
	}
	dev, train := filepath.Join(dir, "qrels", "dev.tsv"), filepath.Join(dir, "qrels", "train.tsv")
	want := []Judgement{
		{QueryID: "q1", PassageID: "d9", Grade: 2, Split: "dev", File: dev, Line: 1},
		{QueryID: "q1", PassageID: "d1", Grade: 1, Split: "train", File: train, Line: 2},
		{QueryID: "q2", PassageID: "d1", Grade: -1, Split: "train", File: train, Line: 7},
	}
	if diff := cmp.Diff(want, judgements); diff != "" {
		t.Error(diff)
	}
	checkBEIRProblems(t, s, dir)
}

func checkBEIRProblems(t *testing.T, s *Source, dir string) {
	t.Helper()
	var problems []string
	for _, p := range s.Problems() {
		problems = append(problems, filepath.ToSlash(strings.TrimPrefix(p.String(), dir+string(filepath.Separator))))
	}
	want := []string{
		"corpus.jsonl.gz:2: field _id: missing or empty; give each line its own id",
		"queries.jsonl:2: field text: missing (known: text, contents, passage); the line has _id: name the right one in corpus.fields.text",
		"qrels/train.tsv:3: has 2 cells, not query-id, corpus-id and score; part them by tabs",
		`qrels/train.tsv:5: field score: "x" is not an integer`,
		"qrels/train.tsv:6: field query-id: is empty; name the id",
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Error(diff)
	}
	wantStats := Stats{Lines: 11, Good: 5, Bad: 5, Blank: 1, BadByRule: map[string]int64{"id": 2, "missing_text": 1, "columns": 1, "grade": 1}}
	if diff := cmp.Diff(wantStats, s.Stats()); diff != "" {
		t.Error(diff)
	}
}

func TestBEIRQueriesNeedQrels(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"corpus alone":  {"corpus.jsonl": oneDoc},
		"without qrels": {"corpus.jsonl": oneDoc, "queries.jsonl": `{"_id":"q","text":"x"}`},
		"empty qrels":   {"corpus.jsonl": oneDoc, "queries.jsonl": `{"_id":"q","text":"x"}`, "qrels/.keep": ""},
		"no queries":    {"corpus.jsonl": oneDoc, "qrels/test.tsv": "q\td1\t1\n"},
	} {
		s := open(t, beirFolder(t, files), Options{Format: "beir"})
		if s.HasQueries() {
			t.Errorf("%s: has queries", name)
		}
		for range s.Queries() {
			t.Errorf("%s: yields a query", name)
		}
		for range s.Judgements() {
			t.Errorf("%s: yields a judgement", name)
		}
	}
}

func TestBEIRBadQrels(t *testing.T) {
	s := open(t, beirFolder(t, map[string]string{"corpus.jsonl": oneDoc, "queries.jsonl": `{"_id":"q","text":"x"}`,
		"qrels/test.tsv.gz": gzipped("query-id\tcorpus-id\tscore\n\xe9\td1\t1\n" + strings.Repeat("q", 99) + "\td1\t1\nq\td1\t3")}), Options{MaxLine: 60})
	for j, err := range s.Judgements() {
		if err != nil || j.Line != 4 || j.Grade != 3 || j.Split != "test" {
			t.Errorf("%+v, %v", j, err)
		}
	}
	if diff := cmp.Diff(Stats{Lines: 3, Good: 1, Bad: 2, BadByRule: map[string]int64{"utf8": 1, "too_long": 1}}, s.Stats()); diff != "" {
		t.Error(diff)
	}
}

func TestBEIRRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, rule string
		files      map[string]string
	}{
		{"corpus twice", "ambiguous", map[string]string{"corpus.jsonl": oneDoc, "corpus.jsonl.gz": gzipped(oneDoc)}},
		{"queries twice", "ambiguous", map[string]string{"corpus.jsonl": oneDoc, "queries.jsonl": "", "queries.jsonl.zst": ""}},
		{"qrels twice", "ambiguous", map[string]string{"corpus.jsonl": oneDoc, "qrels/test.tsv": "", "qrels/test.tsv.gz": ""}},
		{"empty corpus", "empty", map[string]string{"corpus.jsonl": ""}},
		{"UTF-16 queries", "encoding", map[string]string{"corpus.jsonl": oneDoc, "queries.jsonl": "\xff\xfe{\x00", "qrels/test.tsv": ""}},
	} {
		_, err := Open(beirFolder(t, tt.files), Options{})
		if rule := ruleOf(t, err); rule != tt.rule {
			t.Errorf("%s: rule %q, %v", tt.name, rule, err)
		}
	}
}

func TestBEIREmptyQueriesIsAnError(t *testing.T) {
	s := open(t, beirFolder(t, map[string]string{"corpus.jsonl": oneDoc, "queries.jsonl": "\n", "qrels/test.tsv": "query-id\tcorpus-id\tscore\n"}), Options{})
	var last error
	for _, last = range s.Queries() {
	}
	if ruleOf(t, last) != "empty" || !strings.Contains(last.Error(), "holds no queries") {
		t.Error(last)
	}
	for _, err := range s.Judgements() {
		t.Errorf("a qrels file with a header alone is no error: %v", err)
	}
}

// The real data set, where it is at hand.
func TestSquadIsReadWhole(t *testing.T) {
	shared := os.Getenv("HARDNEG_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(shared, "data", "squad-dev-wikipedia")
	if _, err := os.Stat(dir); err != nil {
		return
	}
	s := open(t, dir, Options{})
	got, err := drain(s)
	if err != nil || len(got) != 2067 || s.Stats().Bad != 0 {
		t.Errorf("%d passages, %v, %+v", len(got), err, s.Stats())
	}
	counts := map[string]int{}
	for q, err := range s.Queries() {
		if err != nil || q.Text == "" {
			t.Fatal(q, err)
		}
		counts["queries"]++
	}
	for j, err := range s.Judgements() {
		if err != nil || j.Split != "test" {
			t.Fatal(j, err)
		}
		counts["judgements"]++
	}
	if diff := cmp.Diff(map[string]int{"queries": 10570, "judgements": 10570}, counts); diff != "" {
		t.Error(diff)
	}
}
