package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hardneg/internal/mockllm"
)

// setConfig judges and relabels what was imported, and writes nothing of its own.
const setConfig = `run: {dir: run, seed: 7}
corpus: {path: []}
models:
  small: {provider: openai, model: s, base_url: "%[1]s/v1", api_key: "", concurrency: 4, patience: 3s, timeout: 20s}
  large: {provider: openai, model: l, base_url: "%[1]s/v1", api_key: "", concurrency: 2, patience: 3s, timeout: 20s}
generate: {queries: {model: small}, negatives: []}
judge: {cascade: [{model: small, slate: 4, forward_at: 1}, {model: large, slate: 4}]}
export: {formats: [jsonl], split: {train: 1, validation: 0, test: 0}}
`

// gradeInText lets the mock judge say what a text says of itself.
func gradeInText(_, _, text string) string {
	for _, g := range []string{"3", "2", "0"} {
		if strings.Contains(text, "grade "+g) {
			return g
		}
	}
	return "1"
}

func newSetLab(t *testing.T) *lab {
	t.Helper()
	l := newLab(t, 1, mockllm.Config{Grades: gradeInText})
	l.write("config.yaml", fmt.Sprintf(setConfig, l.server.URL))
	return l
}

// tevatronSet has n queries with two positives and three negatives: one that is none, one that is false, one between.
func tevatronSet(n int) string {
	var b strings.Builder
	passage := func(i int, kind, grade string) string {
		return fmt.Sprintf(`{"docid":"%s%d","title":"Title %d","text":"the %s text of record %d, grade %s"}`, kind, i, i, kind, i, grade)
	}
	for i := range n {
		fmt.Fprintf(&b, `{"query_id":"q%d","query":"what does record %d say","positive_passages":[%s,%s],"negative_passages":[%s,%s,%s],"subset":"x"}`+"\n", i, i,
			passage(i, "first", "3"), passage(i, "other", "3"), passage(i, "hard", "1"), passage(i, "false", "3"), passage(i, "middling", "2"))
	}
	return b.String()
}

func ids(texts []labText) string {
	var out []string
	for _, t := range texts {
		out = append(out, t.DocID)
	}
	return strings.Join(out, " ")
}

func TestASetIsImportedJudgedRelabelledAndExportedAgain(t *testing.T) {
	l := newSetLab(t)
	l.write("set.jsonl", tevatronSet(9))
	if r := l.must(0, "import", "set.jsonl"); !strings.Contains(r.out, "9 passages, 9 own queries, 36 judged candidates") {
		t.Error(r.out)
	}
	l.must(0, "run", "--set", "export.formats=[jsonl, tevatron, flagembedding, st-labeled-pair]")
	for _, row := range l.rows("run/export") {
		i := strings.TrimPrefix(row.PassageID, "first")
		if ids(row.Positives) != "first"+i+" false"+i+" other"+i && ids(row.Positives) != "first"+i+" other"+i+" false"+i || ids(row.Negatives) != "hard"+i {
			t.Errorf("%s: %s | %s", row.PassageID, ids(row.Positives), ids(row.Negatives))
		}
		if s := row.Negatives[0]; s.Source != "imported" || s.Strategy != "imported" || s.Title != "Title "+i {
			t.Errorf("%+v", s)
		}
	}
	if st := l.status(); st.stage("queries").Done != 9 || st.stage("judge").Done != 36 || st.stage("verify").Done != 9 {
		t.Errorf("%+v", st.Stages)
	}
	l.must(0, "check")
	for _, id := range []string{"hard3", "q3", "first3"} {
		if r := l.must(0, "why", id); !strings.Contains(r.out, "the hard text of record 3, grade 1") {
			t.Errorf("why %s: %s", id, r.out)
		}
	}
	want := l.rows("run/export")
	sent := l.server.Count()
	for _, format := range []string{"tevatron", "flagembedding", "st-labeled-pair"} {
		again := "--set=run.dir=again-" + format
		path := filepath.Join("run/export", format, map[bool]string{true: "train.jsonl", false: "data/*.parquet"}[format == "flagembedding"])
		l.must(0, "import", path, again)
		l.must(0, "run", again)
		got := l.rows("again-" + format + "/export")
		sorted := cmp.Transformer("set", func(xs []labText) map[string]bool {
			m := map[string]bool{}
			for _, x := range xs {
				m[strings.TrimSpace(x.Title+" "+x.Text)] = true
			}
			return m
		})
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{}), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".PassageID" }, cmp.Ignore()), sorted); diff != "" {
			t.Errorf("%s, imported and exported: %s", format, diff)
		}
		l.must(0, "check", again)
	}
	if l.server.Count() == sent {
		t.Error("nothing was judged again")
	}
}

func TestASetIsImportedOnce(t *testing.T) {
	l := newSetLab(t)
	l.write("set.jsonl", tevatronSet(5))
	l.must(0, "import", "set.jsonl")
	before := l.status()
	l.write("copy.jsonl", tevatronSet(5))
	for _, file := range []string{"set.jsonl", "copy.jsonl"} {
		l.must(0, "import", file)
		if diff := cmp.Diff(before.Stages, l.status().Stages); diff != "" {
			t.Error(file, diff)
		}
	}
	l.write("more.jsonl", tevatronSet(5)+"\n") // other content, the same rows
	if r := l.must(0, "import", "more.jsonl"); !strings.Contains(r.out, "0 passages, 5 rows about a query that another row brought, 25 texts that their query has already") {
		t.Error(r.out)
	}
	if diff := cmp.Diff(before.Stages, l.status().Stages); diff != "" {
		t.Error(diff)
	}
	l.must(0, "run")
	l.must(0, "check")
}

func TestRowsOfOneQueryAreMergedAlsoAcrossFiles(t *testing.T) {
	l := newSetLab(t)
	flag := func(query string, pos, neg string) string {
		return fmt.Sprintf(`{"query":%q,"pos":[%s],"neg":[%s]}`+"\n", query, pos, neg)
	}
	l.write("a.jsonl", flag("who was it", `"it was this one, grade 3"`, `"not this one","nor that one, grade 3"`)+
		flag("Who was it?", `"it was also this one, grade 3"`, `"not this one","nobody","it was this one, grade 3"`)+
		flag("another question", `"its answer, grade 3"`, `"nothing"`))
	r := l.must(0, "import", "a.jsonl")
	if !strings.Contains(r.out, "2 passages, 2 own queries, 5 judged candidates of these, 1 rows about a query that another row brought, 2 texts that their query has already, 1 of these both positive and negative") ||
		!strings.Contains(r.err, "1 texts are both positive and negative of a query, the first at a.jsonl:2") {
		t.Error(r.out, r.err)
	}
	l.must(0, "run")
	find := func(query string) row {
		for _, r := range l.rows("run/export") {
			if r.Query == query {
				return r
			}
		}
		t.Fatalf("no row of %q", query)
		return row{}
	}
	first := find("who was it")
	if len(first.Positives) != 3 || len(first.Negatives) != 2 {
		t.Errorf("%+v", first)
	}
	sent, done := l.server.Count(), l.status().stage("judge").Done
	l.write("b.jsonl", flag("another question", `"its second answer, grade 3"`, `"nothing","a late text"`))
	l.must(0, "import", "b.jsonl")
	l.must(0, "check")
	if s := l.status().stage("judge"); s.Planned != done+2 || s.Pending != 2 {
		t.Errorf("%+v", s)
	}
	l.must(0, "run")
	if asked := l.server.Count() - sent; asked != 2 { // one slate of two to the small judge, and to the large one
		t.Errorf("%d calls for two new texts", asked)
	}
	if second := find("another question"); len(second.Positives) != 2 || len(second.Negatives) != 2 {
		t.Errorf("%+v", second)
	}
	l.must(0, "check")
}

func TestBadRowsOfASetAreCountedOrRefused(t *testing.T) {
	l := newSetLab(t)
	good := tevatronSet(20)
	l.write("some.jsonl", good+`{"query_id":"x","query":"q","positive_passages":[],"negative_passages":[]}`+"\n")
	r := l.must(3, "import", "some.jsonl")
	if !strings.Contains(r.err, "some.jsonl:21: field positive_passages: is empty") || !strings.Contains(r.err, "1 of 21 lines are bad") {
		t.Error(r.err)
	}
	if s := l.status(); s.stage("queries").Planned != 0 {
		t.Errorf("a part of a refused file stands: %+v", s.Stages)
	}
	if r = l.must(0, "import", "some.jsonl", "--set", "corpus.tolerance=0.1"); !strings.Contains(r.out, "1 bad lines, 20 own queries") {
		t.Error(r.out)
	}
	for name, last := range map[string]string{
		"query id":  `{"query_id":"q3","query":"quite another question","positive_passages":[{"docid":"z","text":"t"}]}`,
		"docid":     `{"query_id":"z","query":"q","positive_passages":[{"docid":"y","text":"t"}],"negative_passages":[{"docid":"hard3","text":"another text"}]}`,
		"given to":  `{"query_id":"z","query":"q","positive_passages":[{"docid":"first3","text":"another text"}]}`,
		"two texts": `{"query_id":"z","query":"q","positive_passages":[{"docid":"y","text":"t"}],"negative_passages":[{"docid":"y","text":"u"}]}`,
	} {
		l.write("conflict.jsonl", good+last+"\n")
		if r := l.must(3, "import", "conflict.jsonl", "--set", "run.dir=run-"+strings.Fields(name)[0]); !strings.Contains(r.err, "conflict.jsonl:21") {
			t.Error(name, r.err)
		}
	}
	if r := l.must(2, "run", "--shard", "0/2", "--set", "corpus.path=some.jsonl", "--set", "run.dir=shard", "--set", "corpus.tolerance=1"); !strings.Contains(r.err, "training set") {
		t.Error(r.err)
	}
}

// Killed in the middle of an import, a run has nothing of the file, and the same command brings all of it.
func TestKilledInTheMiddleOfASet(t *testing.T) {
	t.Parallel()
	l := newSetLab(t)
	l.write("first.jsonl", tevatronSet(3))
	l.write("set.jsonl", tevatronSet(12_000))
	l.must(0, "import", "first.jsonl")
	l.must(0, "run")
	before, landed := l.status(), 0
	dice := rand.New(rand.NewPCG(1, 2))
	for range 6 {
		c := l.command("import", "set.jsonl")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(dice.IntN(250)) * time.Millisecond)
		_ = c.Process.Signal(syscall.SIGKILL)
		if c.Wait() == nil {
			break // it was faster
		}
		landed++
		l.must(0, "check")
		if diff := cmp.Diff(before.Stages, l.status().Stages); diff != "" {
			t.Fatalf("a part of the set stands: %s", diff)
		}
	}
	if landed == 0 {
		t.Error("no kill hit anything")
	}
	l.must(0, "import", "set.jsonl")
	l.must(0, "check")
	undisturbed := newSetLab(t)
	undisturbed.write("first.jsonl", tevatronSet(3))
	undisturbed.write("set.jsonl", tevatronSet(12_000))
	undisturbed.must(0, "import", "first.jsonl")
	undisturbed.must(0, "run")
	undisturbed.must(0, "import", "set.jsonl")
	if a, b := l.status().stage("queries"), undisturbed.status().stage("queries"); !cmp.Equal(a, b) || a.Done != 12_000 {
		t.Errorf("%+v, undisturbed %+v", a, b)
	}
	for _, x := range []*lab{l, undisturbed} {
		x.must(0, "run", "--limit", "40")
	}
	if !maps.Equal(l.sums("run/export"), undisturbed.sums("run/export")) {
		t.Error("the export differs from that of an undisturbed import")
	}
}

// Queries that came with the passages are nobody's work, and the card does not say that a model wrote them.
func TestTheCardTellsWhereQueriesComeFrom(t *testing.T) {
	t.Parallel()
	l := newSetLab(t)
	l.write("set.jsonl", tevatronSet(9))
	l.write("corpus.jsonl", labCorpus(3))
	card := func() string {
		b, err := os.ReadFile(filepath.Join(l.dir, "run/export/jsonl/README.md"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	given, written := "| queries |  |  |  |  | 9 came with the passages |", "per passage |"
	l.must(0, "run", "--set", "corpus.path=set.jsonl", "--set", "export.formats=[jsonl]")
	if c := card(); !strings.Contains(c, given) || strings.Contains(c, written) {
		t.Errorf("all were imported:\n%s", c)
	}
	l.must(0, "import", "corpus.jsonl")
	l.must(0, "run", "--set", "export.formats=[jsonl]", "--accept-changes")
	if c := card(); !strings.Contains(c, given) || !strings.Contains(c, written) {
		t.Errorf("some were:\n%s", c)
	}
}
