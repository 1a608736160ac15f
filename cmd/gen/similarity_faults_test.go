package main

import (
	"maps"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// A text that the encoder takes in no request leaves its queries without that similarity, and all others with theirs. It is a failure,
// which can be retried; no number takes its place.
func TestATextThatTheEncoderRefuses(t *testing.T) {
	t.Parallel()
	var mended atomic.Bool
	l := newSimilarityLab(t, 20, mockllm.Config{Vectors: func(_, text string) []float32 {
		if strings.HasPrefix(text, "passage: ") && strings.Contains(text, "Record 7 ") && !mended.Load() {
			return make([]float32, 24)
		}
		return wordVector(text)
	}}, "openai")
	r := l.must(4, "run")
	s := l.status()
	if s.Similarity.Failed == 0 || s.Similarity.Pending != 0 || len(s.Similarity.Reasons) != 1 || s.Similarity.Reasons[0].Reason != "bad_vector" || s.stage(stageJudge).Failed != 0 {
		t.Errorf("%+v\n%s", s.Similarity, r.err)
	}
	sent := l.server.Count()
	l.must(4, "run")
	if l.server.Count() != sent {
		t.Error("a refused text was asked about again without a retry")
	}
	lacks, has := 0, 0
	for _, row := range l.rows("run/export") {
		for _, x := range append(row.Positives, row.Negatives...) {
			if x.Similarity != nil {
				has++
			} else if lacks++; !strings.Contains(x.Text, "Record 7 ") {
				t.Errorf("%s has no similarity", x.DocID)
			}
		}
	}
	if lacks == 0 || has < 20 {
		t.Errorf("%d texts without a similarity, %d with one", lacks, has)
	}
	x := l.must(2, "export", "--format", "flagembedding", "--out", "x", "--scores", "dense")
	if !strings.Contains(x.err, "has no similarity") || !strings.Contains(x.err, "judge.similarity.encoder") || !strings.Contains(x.err, "gen retry") {
		t.Error(x.err)
	}
	l.must(0, "check")
	l.must(0, "check", "run/export")
	mended.Store(true)
	if out := l.must(0, "retry", "--stage", "judge").out; !strings.Contains(out, "pending again") {
		t.Error(out)
	}
	again := l.server.Count()
	l.must(0, "run")
	if n := l.server.Count() - again; n != 1 { // of the one text
		t.Errorf("%d requests after the retry", n)
	}
	l.wantCosines("run/export")
	l.must(0, "export", "--format", "flagembedding", "--out", "x", "--scores", "dense")
	l.must(0, "check")
}

// Negatives without a similarity can be left out of an export that needs one.
func TestNegativesThatTheEncoderRefusesCanBeLeftOut(t *testing.T) {
	t.Parallel()
	l := newSimilarityLab(t, 20, mockllm.Config{Vectors: func(_, text string) []float32 {
		if strings.HasPrefix(text, "passage: ") && !strings.Contains(text, "Title: ") && len(text)%5 == 0 { // some of what the model writes
			return make([]float32, 24)
		}
		return wordVector(text)
	}}, "openai")
	l.must(4, "run")
	l.must(2, "export", "--format", "jsonl", "--out", "x", "--scores", "dense")
	r := l.must(4, "export", "--format", "jsonl", "--out", "x", "--scores", "dense", "--where", "similarity>=-1")
	if !strings.Contains(r.out, countNotWanted) {
		t.Errorf("what was left out is not told of: %s", r.out)
	}
	l.wantCosines("x")
}

func TestAnotherEncoderOfSimilaritiesIsAChangeThatIsDeclared(t *testing.T) {
	t.Parallel()
	l := newSimilarityLab(t, 10, mockllm.Config{}, "openai")
	l.must(0, "run")
	s, texts := l.status(), len(l.encoded())
	for _, set := range []string{"models.encoder.model=other", "models.encoder.query_prefix=", "models.encoder.dimensions=24"} {
		if r := l.must(2, "run", "--set", set); !strings.Contains(r.err, "similarity: ") || !strings.Contains(r.err, "--accept-changes") || strings.Contains(r.err, "judge: ") {
			t.Errorf("%s: %s", set, r.err)
		}
	}
	if r := l.must(2, "export", "--format", "jsonl", "--out", "x", "--set", "models.encoder.model=other"); !strings.Contains(r.err, "has no similarities") {
		t.Error(r.err)
	}
	if len(l.encoded()) != texts {
		t.Error("refused runs asked for vectors")
	}
	l.must(0, "run", "--accept-changes", "--set", "models.encoder.query_prefix=")
	after := l.status()
	for _, stage := range []string{stageQueries, stageVerify, stageNegatives, stageJudge} {
		if calls := callsIn(after, stage) - callsIn(s, stage); calls != 0 {
			t.Errorf("another prefix of queries took %d calls in stage %s", calls, stage)
		}
	}
	for text, n := range l.encoded() {
		if strings.HasPrefix(text, "passage: ") && n != 1 {
			t.Errorf("another prefix of queries sent %q again", text)
		}
	}
	l.must(0, "run", "--set", "models.encoder.query_prefix=", "--set", "judge.similarity.encoder=") // to leave them out redoes nothing
	l.must(0, "check")
}

func callsIn(s status, stage string) (n int64) {
	for _, x := range s.Spend {
		if x.Stage == stage {
			n += x.OK
		}
	}
	return n
}

// Vectors of two dimensions are not of one encoder, whatever its name.
func TestVectorsOfTwoDimensionsAreNotCompared(t *testing.T) {
	t.Parallel()
	var other atomic.Bool
	l := newSimilarityLab(t, 12, mockllm.Config{Vectors: func(_, text string) []float32 {
		if other.Load() {
			return append(wordVector(text), 1)
		}
		return wordVector(text)
	}}, "openai")
	l.must(0, "run", "--limit", "6")
	other.Store(true)
	before := len(l.rows("run/export"))
	r := l.must(5, "run", "--set", "generate.queries.per_passage=2") // bm25 finds passages of before, whose vectors are of the other dimension
	if !strings.Contains(r.err, "24") || !strings.Contains(r.err, "25") || !strings.Contains(r.err, "behind its name") {
		t.Error(r.err)
	}
	if s := l.status(); s.Similarity.Failed != 0 || s.Similarity.Pending == 0 || before == 0 {
		t.Errorf("items were charged: %+v", s.Similarity)
	}
}

// A budget holds for similarities, what is exported meanwhile has them, and the run goes on where it was.
func TestABudgetHoldsForSimilarities(t *testing.T) {
	t.Parallel()
	l := newSimilarityLab(t, 30, mockllm.Config{}, "openai")
	l.must(0, append([]string{"run"}, without...)...)
	sent := l.server.Count()
	r := l.must(8, "run", "--set", "run.budget.calls="+strconv.Itoa(sent+6))
	if n := l.server.Count() - sent; n > 6 || !strings.Contains(r.err, "go on with") {
		t.Errorf("%d requests: %s", n, r.err)
	}
	s := l.status()
	if s.Similarity.Done == 0 || s.Similarity.Pending == 0 || s.State == "complete" {
		t.Errorf("%+v, %s", s.Similarity, s.State)
	}
	l.must(2, "export", "--format", "jsonl", "--out", "part")
	l.must(0, "export", "--format", "jsonl", "--out", "part", "--allow-partial", "--scores", "dense")
	part := l.wantCosines("part")
	l.must(0, "run")
	if all := l.wantCosines("run/export"); part >= all {
		t.Errorf("%d texts of %d were exported in the middle", part, all)
	}
	l.sentOnce("a run that a budget stopped")
}

// Batches, a run of one stage after the other, and one with a single connection come to the same.
func TestSimilaritiesWhateverTheOrder(t *testing.T) {
	t.Parallel()
	l := newSimilarityLab(t, 15, mockllm.Config{}, "openai")
	l.must(0, "run")
	want := l.sums("run/export")
	for _, args := range [][]string{{"--set", "run.schedule=staged"}, {"--set", "models.encoder.texts=2", "--set", "models.encoder.concurrency=1"},
		{"--set", "models.encoder.texts=500"}} {
		o := newSimilarityLab(t, 15, mockllm.Config{Latency: time.Millisecond}, "openai")
		o.must(0, append([]string{"run", "--stage", "queries", "--stage", "verify", "--stage", "negatives"}, args...)...)
		o.must(0, append([]string{"run", "--stage", "judge"}, args...)...)
		if s := o.status(); s.Similarity.Pending != 0 {
			t.Errorf("%v: stage judge leaves %+v", args, s.Similarity)
		}
		o.must(0, append([]string{"run"}, args...)...)
		o.sentOnce(strings.Join(args, " "))
		if !maps.Equal(want, o.sums("run/export")) {
			t.Errorf("%v: the export is another one", args)
		}
	}
}

// A strategy that looks for passages by the encoder finds the vectors that they were compared by.
func TestAnIndexTakesTheVectorsOfSimilarities(t *testing.T) {
	t.Parallel()
	l := newSimilarityLab(t, 15, mockllm.Config{}, "openai")
	l.must(0, "run")
	texts := l.sentOnce("similarities")
	l.must(0, "run", "--accept-changes", "--set", "generate.negatives=[{strategy: query-only, model: writer, count: 1}, {strategy: dense, encoder: encoder, count: 3, filter: none, floor: -1}]")
	if now := l.sentOnce("similarities, then dense"); now < texts || len(l.rows("run/export")) == 0 {
		t.Errorf("%d texts, then %d", texts, now)
	}
	l.wantCosines("run/export")
}

// Whatever made the texts of a query, those of its row are compared with it, and those that were meant as positives too. A hard query is a
// query, and is not; the passage beside it is.
func TestSimilaritiesWithAllStrategies(t *testing.T) {
	t.Parallel()
	l := newSimilarityLab(t, 12, mockllm.Config{}, "openai")
	l.must(0, mixed("run", "--set", "relabel.generated_positive=true")...)
	l.wantCosines("run/export")
	l.sentOnce("all strategies")
	positives := 0
	for _, r := range l.rows("run/export") {
		positives += len(r.Positives) - 1
	}
	l.must(0, mixed("check")...)
	l.must(0, "check", "run/export")
	if out := l.must(0, mixed("try", "-n", "1", "--json")...).out; positives == 0 || !strings.Contains(out, `"similarity":`) {
		t.Errorf("%d further positives, or gen try shows no similarity", positives)
	}
	if r := l.must(0, "doctor"); !strings.Contains(r.out, "models.encoder") || !strings.Contains(r.out, "dimension 24") {
		t.Error(r.out)
	}
	l = newSimilarityLab(t, 12, mockllm.Config{}, "openai")
	l.must(0, hard("run", "--set", "export.scores=dense")...)
	l.wantCosines("run/export")
	rows := 0
	for _, r := range l.rows("run/export") {
		for _, q := range r.Hard {
			if rows++; q.Similarity != nil || l.encoded()["passage: "+q.Text] > 0 {
				t.Errorf("hard query %q was compared", q.Text)
			}
		}
	}
	if rows == 0 {
		t.Error("there is no hard query: this shows nothing")
	}
	l.must(0, hard("check")...)
}
