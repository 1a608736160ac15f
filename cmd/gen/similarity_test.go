package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"hash/fnv"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// wordVector is the vector of a text as the lab's encoder makes it.
func wordVector(text string) []float32 {
	v := make([]float32, 24)
	v[0] = 0.25
	for _, word := range strings.Fields(strings.ToLower(text)) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(word))
		v[h.Sum32()%24] += 1 - 2*float32(h.Sum32()>>31)
	}
	return v
}

// naiveCosine compares a query with a passage, in double precision and without a word of the program.
func naiveCosine(query string, t labText) float64 {
	text := t.Text
	if t.Title != "" {
		text = "Title: " + t.Title + "\n" + t.Text
	}
	a, b := wordVector("query: "+query), wordVector("passage: "+text)
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

// newSimilarityLab has an encoder that no strategy uses.
func newSimilarityLab(t *testing.T, passages int, cfg mockllm.Config, provider string) *denseLab {
	t.Helper()
	if cfg.Vectors == nil {
		cfg.Vectors = func(_, text string) []float32 { return wordVector(text) }
	}
	l := newDenseLab(t, passages, cfg, provider)
	l.edit(", {strategy: dense, encoder: encoder, count: 3, filter: none, floor: -1, from: 2, to: 20}", ", {strategy: bm25, count: 2}")
	l.edit("judge:\n", "judge:\n  similarity: {encoder: encoder}\n")
	return l
}

// without is what makes a run as if there were no similarities to be made.
var without = []string{"--set", "judge.similarity.encoder="}

// sentOnce fails where a text was sent to the encoder twice, and returns how many were sent.
func (l *denseLab) sentOnce(what string) int {
	l.t.Helper()
	all := l.encoded()
	for text, n := range all {
		if n != 1 {
			l.t.Errorf("%s: %q was sent %d times", what, text, n)
		}
	}
	return len(all)
}

// wantCosines compares the similarities of all rows with those of the vectors, and returns how many there are.
func (l *denseLab) wantCosines(dir string) (n int) {
	l.t.Helper()
	for _, r := range l.rows(dir) {
		for _, x := range slices.Concat(r.Positives, r.Negatives) {
			n++
			if x.Similarity == nil || math.Abs(*x.Similarity-naiveCosine(r.Query, x)) > 1e-6 {
				l.t.Errorf("%s: similarity %v, want %v", x.DocID, x.Similarity, naiveCosine(r.Query, x))
			}
		}
	}
	if n == 0 {
		l.t.Errorf("%s has no row", dir)
	}
	return n
}

func TestSimilaritiesAreTheCosinesOfTheVectors(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"openai", "ollama"} {
		l := newSimilarityLab(t, 20, mockllm.Config{}, provider)
		all, _ := l.objects("plan")
		items, planned := ofStage(all, stageSimilarity)
		l.must(0, "run")
		l.wantCosines("run/export")
		texts := l.sentOnce(provider)
		s := l.status()
		if s.Similarity == nil || s.Similarity.Planned == 0 || s.Similarity.Done != s.Similarity.Planned || s.Similarity.Planned != s.stage(stageVerify).Done || s.State != "complete" {
			t.Errorf("%s: %+v, %s", provider, s.Similarity, s.State)
		}
		calls := int64(0)
		for _, x := range s.Spend {
			if x.Stage == stageSimilarity {
				calls += x.OK
			}
		}
		if items != 40 || planned < calls/2 || planned > 2*calls { // nothing is measured yet: every text passes, and requests are full
			t.Errorf("%s: planned are %d queries and %d calls, %d were made", provider, items, planned, calls)
		}
		if calls == 0 || calls > int64(texts)/3 || l.server.Count() != int(s.Calls.OK+s.Calls.Failed) {
			t.Errorf("%s: %d calls for %d texts, %d texts fit into each; %d requests, %+v", provider, calls, texts, 8, l.server.Count(), s.Calls)
		}
		sent := l.server.Count()
		l.must(0, "run")
		l.must(0, "run", "--set", "models.encoder.texts=3", "--set", "relabel.policy=keep")
		if l.server.Count() != sent {
			t.Errorf("%s: a finished run made calls", provider)
		}
		l.must(0, "check")
		l.must(0, "check", "run/export")
		if out := l.must(0, "why", l.rows("run/export")[0].QueryID).out; !strings.Contains(out, "similarity: ") {
			t.Errorf("%s: why tells of no similarity: %s", provider, out)
		}
	}
}

// Turned on for a run that is finished, similarities take requests to the encoder and nothing else, as many as were planned.
func TestSimilaritiesOfAFinishedRun(t *testing.T) {
	t.Parallel()
	l := newSimilarityLab(t, 20, mockllm.Config{}, "openai")
	l.must(0, append([]string{"run"}, without...)...)
	was, sent := l.sums("run/export"), l.server.Count()
	if s := l.status(); s.Similarity != nil || len(l.encoded()) > 0 {
		t.Errorf("%+v, %d texts", s.Similarity, len(l.encoded()))
	}
	if r := l.must(2, "export", "--format", "jsonl", "--out", "x"); !strings.Contains(r.err, "has no similarities") || !strings.Contains(r.err, "gen run") {
		t.Error(r.err)
	}
	all, total := l.objects("plan")
	items, calls := ofStage(all, stageSimilarity)
	l.must(0, "run")
	if items != l.status().Similarity.Done || calls != total.Calls {
		t.Errorf("planned are %d items and %d of %d calls", items, calls, total.Calls)
	}
	texts := l.sentOnce("turned on later")
	if made := l.server.Count() - sent; made < (texts+7)/8 || math.Abs(float64(int64(made)-calls)) > float64(calls)/4 {
		t.Errorf("%d requests for %d texts, %d are planned", made, texts, calls)
	}
	l.wantCosines("run/export")
	l.must(0, append([]string{"export", "--format", "jsonl", "--out", "back"}, without...)...)
	if back := l.sums("back"); !maps.Equal(back, was) {
		t.Error("without similarities, the export is another one than before")
	}
	l.must(0, "check")
}

// flagRow is a row for FlagEmbedding.
type flagRow struct {
	Query     string    `json:"query"`
	Pos       []string  `json:"pos"`
	Neg       []string  `json:"neg"`
	PosScores []float64 `json:"pos_scores"`
	NegScores []float64 `json:"neg_scores"`
}

func (l *lab) flagRows(dir string) (rows []flagRow) {
	l.t.Helper()
	for _, split := range []string{"train", "validation", "test"} {
		b, err := os.ReadFile(filepath.Join(l.dir, dir, "flagembedding", split+".jsonl"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		for line := range bytes.Lines(b) {
			var r flagRow
			if err := json.Unmarshal(line, &r); err != nil {
				l.t.Fatal(err)
			}
			rows = append(rows, r)
		}
	}
	return rows
}

func TestExportsWithCosinesAsScores(t *testing.T) {
	t.Parallel()
	l := newSimilarityLab(t, 25, mockllm.Config{}, "openai")
	l.must(0, "run")
	sent := l.server.Count()
	l.must(0, "export", "--format", "flagembedding,st-ntuple-scores,jsonl,hf", "--out", "dense", "--scores", "dense", "--set", "export.negatives=1")
	l.must(0, "export", "--format", "flagembedding,jsonl", "--out", "judge")
	l.must(0, "check", "dense")
	l.wantCosines("dense")
	cosines, falling := map[string]map[float64]bool{}, false
	for _, r := range l.rows("dense") {
		cosines[r.Query] = map[float64]bool{}
		for i, x := range r.Negatives {
			cosines[r.Query][*x.Similarity] = true
			if i > 0 && *x.Similarity > *r.Negatives[i-1].Similarity {
				t.Errorf("%s: negative %d is more similar than the one before", r.QueryID, i+1)
			}
			falling = falling || i > 0 && x.Score != nil && *x.Score > *r.Negatives[i-1].Score
		}
	}
	if !falling {
		t.Error("no row is in another order than that of the judges' scores: this shows nothing")
	}
	rows := l.flagRows("dense")
	for _, r := range rows {
		if len(r.PosScores) != len(r.Pos) || len(r.NegScores) != len(r.Neg) {
			t.Errorf("%+v", r)
		}
		for _, x := range r.NegScores {
			if !cosines[r.Query][x] {
				t.Errorf("%q: score %v is no cosine of it", r.Query, x)
			}
		}
	}
	for i, r := range l.flagRows("judge") {
		if slices.ContainsFunc(append(r.NegScores, r.PosScores...), func(x float64) bool { return x < 0 || x > 1 }) || len(rows) == i {
			t.Errorf("judges' scores %v %v", r.PosScores, r.NegScores)
		}
	}
	for name, want := range map[string]string{"dense/flagembedding": "by the encoder e5 (prefixes", "dense/jsonl": "`negatives[].similarity`", "judge/flagembedding": "of the judges, 0-1"} {
		card, err := os.ReadFile(filepath.Join(l.dir, name, "README.md"))
		if err != nil || !strings.Contains(string(card), want) {
			t.Errorf("the card of %s lacks %q: %v", name, want, err)
		}
	}
	few := l.must(0, "export", "--format", "jsonl", "--out", "near", "--where", "similarity>=0.2")
	for _, r := range l.rows("near") {
		for _, x := range r.Negatives {
			if *x.Similarity < 0.2 {
				t.Errorf("a negative of similarity %v: %s", *x.Similarity, few.out)
			}
		}
	}
	if l.server.Count() != sent {
		t.Error("an export made calls")
	}
}

func TestScoresThatNobodyGaveAreRefused(t *testing.T) {
	t.Parallel()
	l := newSimilarityLab(t, 8, mockllm.Config{}, "openai")
	for _, args := range [][]string{{"run", "--set", "export.scores=dense"}, {"run", "--set", "export.scores=densely"}} {
		if r := l.must(2, append(args, without...)...); !strings.Contains(r.err, "export.scores") {
			t.Error(r.err)
		}
	}
	if l.server.Count() > 0 {
		t.Error("refused runs made calls")
	}
	l.must(0, append([]string{"run"}, without...)...)
	r := l.must(2, append([]string{"export", "--format", "flagembedding", "--out", "x", "--scores", "dense"}, without...)...)
	if !strings.Contains(r.err, "judge.similarity.encoder") {
		t.Error(r.err)
	}
	l.must(2, "export", "--format", "flagembedding", "--out", "x", "--scores", "cosine")
}

// Whenever a run is killed, no vector that was stored is asked for again, whoever asked for it, and the export is that of a run that was
// left alone.
func TestSimilaritiesKilledAndResumed(t *testing.T) {
	t.Parallel()
	whole := newSimilarityLab(t, 40, mockllm.Config{}, "openai")
	both := []string{"--set", "generate.negatives=[{strategy: query-only, model: writer, count: 2}, {strategy: dense, encoder: encoder, count: 3, filter: none, floor: -1}]"}
	whole.must(0, append([]string{"run"}, both...)...)
	whole.sentOnce("undisturbed")
	want := whole.sums("run/export")
	l := newSimilarityLab(t, 40, mockllm.Config{Latency: 15 * time.Millisecond}, "openai")
	kills := 6
	for range kills {
		c := l.command(append([]string{"run"}, both...)...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(200+rand.IntN(600)) * time.Millisecond)
		_ = c.Process.Signal(syscall.SIGKILL) // it may have ended
		_ = c.Wait()
	}
	l.must(0, append([]string{"run", "--set", "models.encoder.texts=5", "--set", "models.encoder.concurrency=1"}, both...)...)
	if !maps.Equal(want, l.sums("run/export")) {
		t.Error("the export is another one")
	}
	twice := 0
	for _, n := range l.encoded() {
		twice += n - 1
	}
	if most := kills * 4 * 8; twice > most { // what was in flight at each kill: 4 requests of 8 texts
		t.Errorf("%d texts were sent again, more than the %d that were in flight", twice, most)
	}
	l.must(0, append([]string{"check"}, both...)...)
}
