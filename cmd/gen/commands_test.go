package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

func TestEveryHelpStatesExitCodesAndOneExample(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1, mockllm.Config{})
	for _, c := range []string{"run", "try", "plan", "status", "import", "export", "check", "why", "retry", "batch", "batch submit", "batch status", "batch collect",
		"batch write", "batch read", "doctor", "prompt", "prompt list", "prompt show",
		"config", "config show", "version"} {
		r := l.must(0, append(strings.Fields(c), "--help")...)
		for _, want := range []string{"Exit status\n", "Example\n  gen " + strings.Fields(c)[0]} {
			if !strings.Contains(strings.ReplaceAll(r.out, "GEN_RUN_DIR=/data/run ", ""), want) {
				t.Errorf("gen %s --help lacks %q:\n%s", c, want, r.out)
			}
		}
	}
	if r := l.must(0, "--help"); !strings.Contains(r.out, "Exit status") || !strings.Contains(r.out, "gen run") {
		t.Errorf("gen --help:\n%s", r.out)
	}
}

func TestTryShowsPromptsRepliesVerdictsAndRowAndLeavesNothing(t *testing.T) {
	t.Parallel()
	l := newLab(t, 10, mockllm.Config{})
	r := l.must(0, "try", "-n", "2")
	for _, want := range []string{"passage p00000", "passage p00001", "You write search queries", "You write hard negatives", "You grade how well", "reply:", "judge 1 (s",
		"row in the export"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if strings.Contains(r.out, "p00002") {
		t.Error("a third passage was tried")
	}
	if _, err := os.Stat(filepath.Join(l.dir, "run")); err == nil {
		t.Error("the run directory was made")
	}
	types := map[string]int{}
	for line := range strings.Lines(l.must(0, "try", "-n", "1", "--json").out) {
		var o struct {
			Type string `json:"type"`
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		types[o.Type]++
	}
	if types["call"] < 3 {
		t.Errorf("objects: %v", types)
	}
}

func TestPlanMakesNoCallAndComesNearToWhatTheRunTakes(t *testing.T) {
	t.Parallel()
	l := newLab(t, 30, mockllm.Config{})
	r := l.must(0, "plan", "--json")
	if l.server.Count() > 0 {
		t.Fatal("calls were made")
	}
	if _, err := os.Stat(filepath.Join(l.dir, "run")); err == nil {
		t.Error("the run directory was made")
	}
	var sum estimate
	for line := range strings.Lines(r.out) {
		if err := json.Unmarshal([]byte(line), &sum); err != nil {
			t.Fatal(err)
		}
	}
	l.must(0, "run")
	s := l.status()
	if ratio := float64(sum.Calls) / float64(s.Calls.OK); ratio < 0.6 || ratio > 1.6 {
		t.Errorf("planned %d calls, %d were made", sum.Calls, s.Calls.OK)
	}
	if ratio := float64(sum.Prompt) / float64(s.Tokens.Prompt); ratio < 0.5 || ratio > 2 {
		t.Errorf("planned %d tokens in, %d were used", sum.Prompt, s.Tokens.Prompt)
	}
	l.must(0, "run", "--dry-run")
}

func TestWhyTellsOfQueryCandidateAndPassage(t *testing.T) {
	t.Parallel()
	l := newLab(t, 5, mockllm.Config{})
	l.must(0, "run")
	r := l.rows("run/export")[0]
	for _, id := range []string{r.QueryID, r.PassageID, r.Negatives[0].DocID} {
		out := l.must(0, "why", id).out
		for _, want := range []string{r.Query, r.Negatives[0].Text[:40], "judge 1", "decision: negative", "row in the export", "tokens"} {
			if !strings.Contains(out, want) {
				t.Errorf("why %s lacks %q", id, want)
			}
		}
	}
}

func TestDoctorFindsWhatWouldFail(t *testing.T) {
	l := newLab(t, 5, mockllm.Config{})
	if r := l.must(0, "doctor"); !strings.Contains(r.out, "models.writer") || strings.Contains(r.out, "FAIL") {
		t.Errorf("%s", r.out)
	}
	l.must(3, "doctor", "--set", "corpus.path=nowhere.jsonl")
	l.server.Close()
	if r := l.must(5, "doctor"); !strings.Contains(r.out, "FAIL  models.writer") {
		t.Errorf("%s", r.out)
	}
}

func TestImportOfEveryFormatPlainAndCompressed(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3, mockllm.Config{})
	l.write("a.csv", "id,title,text\nc1,One,\"First text, with a comma\"\nc2,Two,Second text of the table\n")
	l.write("b.tsv", "id\ttext\nt1\tA text between tabs\n")
	l.write("c.txt", "A first paragraph of plain text.\n\nA second one, after a blank line.\n")
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte("{\"_id\":\"g1\",\"text\":\"compressed passage\"}\n")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l.write("looks-plain.jsonl", z.String())
	l.must(0, "import", "a.csv", "b.tsv", "c.txt", "looks-plain.jsonl")
	l.must(0, "import", "a.csv")
	l.must(0, "run", "--stage", "queries")
	if q := l.status().stage("queries"); q.Planned != 2*(3+2+1+2+1) {
		t.Errorf("%d queries planned", q.Planned)
	}
	r := l.must(3, "import", "nowhere.csv")
	if !strings.Contains(r.err, "hint:") {
		t.Errorf("%s", r.err)
	}
}

func TestOwnQueriesOfABEIRFolder(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1, mockllm.Config{})
	for _, d := range []string{"beir", "beir/qrels"} {
		if err := os.Mkdir(filepath.Join(l.dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	l.write("beir/corpus.jsonl", strings.ReplaceAll(labCorpus(4), "p0000", "b"))
	l.write("beir/queries.jsonl", `{"_id":"q1","text":"who was the head of the granite quarries of district 1"}`+"\n"+`{"_id":"q2","text":"nobody judged this"}`+"\n")
	l.write("beir/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\tb0\t1\nq1\tb1\t0\n")
	r := l.must(0, "run", "--set", "corpus.path=beir")
	if !strings.Contains(r.err, "1 own queries") || !strings.Contains(r.err, "1 queries without a relevant passage") {
		t.Errorf("%s", r.err)
	}
	s := l.statusOf("--set", "corpus.path=beir")
	if q := s.stage("queries"); q.Planned != 2*3+1 {
		t.Errorf("a passage with an own query got generated ones: %+v", q)
	}
	n := s.stage("negatives")
	if j := s.stage("judge"); j.Planned != n.Done+1 && j.Planned != n.Done {
		t.Errorf("judge: %+v after %+v", j, n)
	}
	l.must(0, "check")
	out := l.must(0, "why", "q1", "--set", "corpus.path=beir").out
	if !strings.Contains(out, `imported as "q1"`) {
		t.Errorf("%s", out)
	}
}

func TestOwnQueriesThatTheImportDoesNotTakeAreNotPlanned(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1, mockllm.Config{})
	for _, d := range []string{"beir", "beir/qrels"} {
		if err := os.Mkdir(filepath.Join(l.dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	l.write("beir/corpus.jsonl", strings.ReplaceAll(labCorpus(5), "p0000", "b"))
	l.write("beir/queries.jsonl", `{"_id":"q1","text":"who was the head of the granite quarries"}
{"_id":"q2","text":"Who was the head of the granite quarries?"}
{"_id":"q3","text":"who was the head of the tidal harbours"}
{"_id":"q4","text":"nothing relevant here"}
{"_id":"q5","text":"relevant elsewhere"}
`)
	l.write("beir/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\tb0\t1\nq2\tb0\t1\nq3\tb1\t2\nq3\telsewhere\t2\nq4\tb2\t0\nq5\telsewhere\t1\nq9\tb3\t1\n")
	all, _ := l.objects("plan", "--set", "corpus.path=beir", "--set", "generate.queries.per_passage=1")
	if items, _ := ofStage(all, "queries"); items != 3 {
		t.Errorf("%d queries are planned, want those of the three passages without a query of their own", items)
	}
	if items, _ := ofStage(all, "relabel"); items != 3*(3+2) {
		t.Errorf("%d candidates are planned: two own queries stand, and three are written", items)
	}
	l.must(0, "import", "beir")
	q := l.statusOf("--set", "corpus.path=beir", "--set", "generate.queries.per_passage=1").stage("queries")
	if q.Planned != 6 || q.Done != 2 || q.Rejected != 1 || q.Pending != 3 {
		t.Errorf("%+v", q)
	}
	l.must(0, "run")
	keys := map[string]int{}
	for _, r := range l.rows("run/export") {
		keys[r.QueryID]++
	}
	for key, n := range keys {
		if n != 1 {
			t.Errorf("query %s has %d rows", key, n)
		}
	}
	if s := l.status(); s.stage("verify").Planned != s.stage("queries").Done {
		t.Errorf("a duplicate goes on: %+v", s)
	}
	l.must(0, "check")
}

func TestShardsTogetherAreTheWhole(t *testing.T) {
	t.Parallel()
	whole := newLab(t, 30, mockllm.Config{})
	whole.must(0, "run")
	rows := map[string]bool{}
	for i := range 3 {
		l := newLab(t, 30, mockllm.Config{})
		sh := []string{"--shard", string(rune('0'+i)) + "/3"}
		l.must(0, append([]string{"run"}, sh...)...)
		l.must(2, "run")
		for _, r := range l.rows("run/export") {
			b, _ := json.Marshal(r)
			rows[string(b)] = true
		}
	}
	want := whole.rows("run/export")
	if len(rows) != len(want) {
		t.Errorf("%d rows in shards, %d in the whole", len(rows), len(want))
	}
	for _, r := range want {
		b, _ := json.Marshal(r)
		if !rows[string(b)] {
			t.Errorf("row %s is in no shard as it is in the whole", r.QueryID)
		}
	}
}

func TestASecretIsNowhere(t *testing.T) {
	t.Parallel()
	const canary = "sk-canary-0123456789abcdef"
	l := newLab(t, 4, mockllm.Config{Fault: func(n int, _ mockllm.Recorded) *mockllm.Fault {
		if n%3 == 0 {
			return &mockllm.Fault{Status: 400, Body: `{"error":{"message":"bad request with key ` + canary + `"}}`}
		}
		return nil
	}})
	l.env = append(l.env, "MY_KEY="+canary)
	args := []string{"--set", "models.writer.api_key=env:MY_KEY", "--set", "models.small.api_key=env:MY_KEY", "--set", "models.large.api_key=env:MY_KEY"}
	texts := []string{}
	for _, c := range []string{"run", "status", "config show", "doctor", "try -n 2"} {
		r := l.gen(append(strings.Fields(c), args...)...)
		texts = append(texts, r.out, r.err)
	}
	err := filepath.WalkDir(filepath.Join(l.dir, "run"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		texts = append(texts, string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range texts {
		if strings.Contains(s, canary) {
			t.Errorf("the key stands in %q", cut(s, 200))
		}
	}
}
