package store

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"hardneg"
)

// wantVectors compares where the vectors of texts stand: at which place of which reply.
func (r *rig) wantVectors(want map[string]string, texts ...string) {
	r.Helper()
	name := map[hardneg.Key]string{}
	var keys []hardneg.Key
	for _, t := range append(texts, "p", "q") {
		name[textKey(t)] = t
	}
	for _, t := range texts {
		keys = append(keys, textKey(t))
	}
	got := map[string]string{}
	must(r, r.s.EachVector(ctx, keys, func(text hardneg.Key, reply []byte, place int) error {
		said := strings.Trim(strings.TrimPrefix(string(reply), "vectors of "), `[]`)
		var of []string
		for word := range strings.SplitSeq(said, ",") {
			k, err := hardneg.ParseKey(strings.Trim(word, `"`))
			must(r, err)
			of = append(of, name[k])
		}
		got[name[text]] = fmt.Sprintf("%d of %s", place, strings.Join(of, ", "))
		return nil
	}))
	if !maps.Equal(got, want) {
		r.Fatalf("vectors %v, want %v", got, want)
	}
	has, err := r.s.HasVectors(ctx, keys)
	must(r, err)
	for _, k := range keys {
		if _, stands := want[name[k]]; has[k] != stands {
			r.Fatalf("text %s has a vector: %v", name[k], has[k])
		}
	}
}

func TestVectorsAreFoundByTheirTexts(t *testing.T) {
	r := newRig(t)
	must(t, r.s.Record(vectorsCall("vectors of texts", textKey("p"), textKey("q"))))
	must(t, r.s.Record(vectorsCall("vectors of texts", textKey("q"), textKey("r")))) // the first of two of one text counts
	broken := vectorsCall("vectors of texts", textKey("s"))
	broken.Failure, broken.Reply = "timeout", nil
	must(t, r.s.Record(broken))
	r.wantVectors(map[string]string{"p": "0 of p, q", "q": "1 of p, q", "r": "1 of q, r"}, "p", "q", "r", "s")
	r.wantVectors(map[string]string{}, "s", "t")
	r.wantVectors(map[string]string{})
	r.wantClean()
	r.reopen()
	r.wantVectors(map[string]string{"r": "1 of q, r"}, "r")
}

// similar reads the similarities of a query and its candidates as an export does.
func (r *rig) similar(query int64) (own *float64, of map[int64]float64) {
	r.Helper()
	c := r.c
	c.Similarity = r.similarity
	q, err := r.s.State(ctx, query, c)
	must(r, err)
	of = map[int64]float64{}
	for _, c := range q.Candidates {
		if c.Similarity != nil {
			of[c.Row] = *c.Similarity
		}
	}
	return q.Similarity, of
}

func TestSimilaritiesStandBesideTheVerdicts(t *testing.T) {
	r := newScene(newRig(t))
	own, of := r.similar(r.first)
	if own == nil || *own != .5 || !maps.Equal(of, map[int64]float64{r.slots[0]: -.25}) {
		t.Errorf("own passage %v, candidates %v", own, of)
	}
	r.saveSimilarities(r.first, Similarity{0, .9}) // what was saved once stays
	if own, _ = r.similar(r.first); *own != .5 {
		t.Errorf("another similarity was saved over the first: %v", *own)
	}
	if q, err := r.s.State(ctx, r.first, r.c); err != nil || q.Similarity != nil {
		t.Errorf("similarities without a recipe: %v, %v", q.Similarity, err)
	}
	r.wantTally(2, r.similarity, hardneg.Done, "")
}

// An export that gives similarities takes the queries that have them, as of its moment.
func TestJudgedWaitsForSimilarities(t *testing.T) {
	r := newScene(newRig(t))
	c := r.c
	before, err := r.s.Snapshot(ctx)
	must(t, err)
	c.Similarity = r.similarity
	if n := len(allJudged(t, r.s, c, before)); n != 2 {
		t.Fatalf("%d queries, want both", n)
	}
	r.exec("DELETE FROM tasks WHERE recipe = ? AND input = ?", r.similarity, r.first)
	got := allJudged(t, r.s, c, before)
	if len(got) != 1 || got[0].Row != r.own {
		t.Errorf("%d queries", len(got))
	}
	r.saveSimilarities(r.first)
	if n := len(allJudged(t, r.s, c, before)); n != 1 {
		t.Errorf("%d queries as of before", n)
	}
	after, err := r.s.Snapshot(ctx)
	must(t, err)
	if n := len(allJudged(t, r.s, c, after)); n != 2 {
		t.Errorf("%d queries as of now", n)
	}
}

// A text that the encoder refused is asked about again, and what is new of a query is compared as well.
func TestRetryOfSimilarities(t *testing.T) {
	r := newScene(newRig(t))
	r.exec("DELETE FROM tasks WHERE recipe = ? AND input = ?", r.similarity, r.own)
	r.exec("UPDATE counts SET n = 1 WHERE recipe = ?", r.similarity)
	must(t, r.s.SaveSimilarities([]Similarities{{Task: Task{Recipe: r.similarity, Input: r.own}, Outcome: hardneg.Failed, Reason: "bad_vector"}}))
	r.wantTally(1, r.similarity, hardneg.Failed, "bad_vector")
	r.wantClean()
	r.c.Similarity = r.similarity
	r.wantRetried("timeout at noon", map[string]int64{"judge": 0})
	r.wantRetried("bad_vector", map[string]int64{"judge": 1})
	if r.hasTask(r.similarity, r.own) || !r.hasTask(r.similarity, r.first) {
		t.Error("the query that failed must be pending, and only that")
	}
	r.saveSimilarities(r.own)
	r.wantTally(2, r.similarity, hardneg.Done, "")

	r.wantRetried("", map[string]int64{"judge": 2}) // of the first query: its texts are judged again, and then compared
	if r.hasTask(r.similarity, r.first) || !r.hasTask(r.similarity, r.own) {
		t.Error("the query that is judged again must be compared again, and only that")
	}
	r.wantTally(1, r.similarity, hardneg.Done, "")
	if own, _ := r.similar(r.first); own == nil || *own != .5 {
		t.Error("a similarity that is known was forgotten")
	}
}
