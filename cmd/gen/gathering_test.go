package main

import (
	"cmp"
	"fmt"
	"hardneg/store"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// queryRequests are the requests for vectors of queries.
func (l *denseLab) queryRequests() (out [][]string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, texts := range l.sizes {
		if strings.HasPrefix(texts[0], "query: ") {
			out = append(out, texts)
		}
	}
	return out
}

func texts(requests [][]string) (n int) {
	for _, r := range requests {
		n += len(r)
	}
	return n
}

// Queries are asked about as many at a time as a request has room for, while they come and when all are there; what is left over waits for
// the end.
func TestQueriesAreAskedAboutTogether(t *testing.T) {
	t.Parallel()
	for _, schedule := range []string{"streaming", "staged"} {
		l := newDenseLab(t, 30, mockllm.Config{}, "openai")
		l.must(0, "run", "--set", "run.schedule="+schedule)
		requests := l.queryRequests()
		n := texts(requests)
		if want := (n + 7) / 8; n < 40 || len(requests) != want {
			t.Errorf("%s: %d requests for %d queries, 8 each: want %d", schedule, len(requests), n, want)
		}
		for text, n := range l.encoded() {
			if n != 1 {
				t.Errorf("%s: %q was sent %d times", schedule, text, n)
			}
		}
		l.must(0, "check")
	}
}

// How many queries a request has changes nothing but the number of requests.
func TestTheSizeOfRequestsChangesNoExport(t *testing.T) {
	t.Parallel()
	var first string
	for _, size := range []string{"1", "7", "64"} {
		l := newDenseLab(t, 20, mockllm.Config{}, "openai")
		l.must(0, "run", "--set", "models.encoder.texts="+size)
		switch sum := l.sums("run/export")["jsonl/data/train.jsonl"]; {
		case first == "":
			first = sum
		case sum != first || sum == "":
			t.Errorf("requests of %s texts give another export", size)
		}
	}
}

// A query that the encoder refuses fails alone: those that were asked about with it are asked about in halves.
func TestAQueryThatTheEncoderRefusesFailsAlone(t *testing.T) {
	t.Parallel()
	plain := newDenseLab(t, 16, mockllm.Config{}, "openai")
	plain.must(0, "run")
	var bad string
	for _, r := range plain.rows("run/export") {
		bad = max(bad, "query: "+r.Query)
	}
	l := newDenseLab(t, 16, mockllm.Config{Vectors: func(_, text string) []float32 {
		if text == bad {
			return make([]float32, 24)
		}
		return wordVector(text)
	}}, "openai")
	l.must(4, "run", "--set", "models.encoder.texts=16")
	s := l.status().stage(stageNegatives)
	if s.Failed != 3 || s.Pending != 0 || len(s.Reasons) == 0 {
		t.Errorf("%+v: want the three slots of one query to fail", s)
	}
	asked := map[string]int{}
	for _, r := range l.queryRequests() {
		for _, text := range r {
			asked[text]++
		}
	}
	if asked[bad] != 5 { // in 16, 8, 4, 2 and alone
		t.Errorf("the refused query was sent %d times", asked[bad])
	}
	if requests := len(l.queryRequests()); requests > 2+2*4+1 {
		t.Errorf("%d requests: each half that is taken is one", requests)
	}
	l.must(0, "check")
}

// A budget that ends between two requests leaves queries that go on with what was paid for.
func TestABudgetHoldsForVectorsOfQueries(t *testing.T) {
	t.Parallel()
	l := newDenseLab(t, 30, mockllm.Config{}, "openai")
	l.must(0, "run", "--stage", "queries", "--stage", "verify")
	before := l.server.Count()
	l.must(8, "run", "--set", "generate.negatives=[{strategy: dense, encoder: encoder, count: 3, filter: none, floor: -1}]",
		"--set", "run.budget.calls="+fmt.Sprint(before+6), "--stage", "negatives") // four for the passages, two for queries
	if n := len(l.queryRequests()); n != 2 {
		t.Errorf("%d requests for queries within the budget", n)
	}
	l.must(0, "run", "--set", "generate.negatives=[{strategy: dense, encoder: encoder, count: 3, filter: none, floor: -1}]")
	for text, n := range l.encoded() {
		if n != 1 {
			t.Errorf("%q was sent %d times", text, n)
		}
	}
}

// What the vectors take is counted by hand: 30 passages twice, in replies and in the matrix, and 60 queries, 48 numbers of 4 bytes each.
func TestTheBytesOfVectors(t *testing.T) {
	t.Parallel()
	l := newDenseLab(t, 30, mockllm.Config{}, "openai")
	l.must(0, "import", "corpus.jsonl")
	cfg, err := (&app{configFile: filepath.Join(l.dir, "config.yaml")}).load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(filepath.Join(l.dir, "run"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	r := &runner{app: &app{err: io.Discard}, cfg: cfg, st: st, want: everyStage()}
	if err := r.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := r.status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, dim := range []int{48, 0} { // which are not known before the first vector
		want := float64((30 + 30 + 60) * cmp.Or(dim, assumedDimensions) * bytesPerNumber)
		m := cfg.Models["encoder"]
		m.Dimensions = dim
		cfg.Models["encoder"] = m
		if got, err := r.bytesOfVectors(t.Context(), s); err != nil || got != want {
			t.Errorf("%d dimensions: %v bytes, want %v (%v)", dim, got, want, err)
		}
	}
	need := s.pending()*bytesPerCall/4 + 16<<20 + (30+30+60)*1024*4
	if err := r.room(t.Context(), s, need); err != nil {
		t.Error(err)
	}
	err = r.room(t.Context(), s, need-1)
	if d := r.describe(err); d == nil || d.code != exitStorage || !strings.Contains(d.err.Error(), "0 MB of them for vectors") || d.hint == "" {
		t.Errorf("a disk that is too small: %v", err)
	}
}
