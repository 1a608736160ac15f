package store

import (
	"encoding/json"
	"fmt"

	"hardneg"
)

// scene is a run in which every table has rows, with the rows that tests name.
type scene struct {
	*rig
	own, first, second int64 // queries: an imported one and two made ones
	slots              []int64
	imported           []int64
}

// newScene plays a small run: one passage with three samples of different ends, an own query with two judged passages, a
// cascade of two judges with a candidate for each way it can end, and decisions.
func newScene(r *rig) *scene {
	r.Helper()
	sc := &scene{rig: r}
	r.importFile("a.jsonl", "a", "b", "c")
	r.importOwn("beir", "o")
	must(r, r.s.Record(failedCall(hardneg.KeyOf("never answered"), "timeout")))
	a := r.passageRow("a")
	r.saveQueries(a, done, refused, broken, done)
	sc.first, sc.second = r.queryRow(queryKey(a, 0)), r.queryRow(queryKey(a, 3))
	sc.own = r.number("SELECT id FROM queries WHERE recipe = 0")
	r.saveVerify(sc.first, done, verdict(0, 1), verdict(1, 3))
	r.saveVerify(sc.second, result{hardneg.Failed, "timeout"}, verdict(0, "timeout"))
	r.saveVerify(sc.own, done, verdict(0, 3))
	r.saveSlots(sc.first, done, done, refused, broken, done, done)
	r.saveSlots(sc.own, done)
	for _, slot := range []int{0, 1, 4, 5} {
		sc.slots = append(sc.slots, r.slotRow(sc.first, 1, slot))
	}
	for slot := range 2 {
		sc.imported = append(sc.imported, r.number("SELECT id FROM candidates WHERE recipe = 0 AND slot = ?", slot))
	}
	r.saveVerdicts(sc.first, judged(sc.slots[0], verdict(0, 1)), judged(sc.slots[1], verdict(0, "unsure"), verdict(1, "timeout")),
		judged(sc.slots[2], verdict(0, "not_json"), verdict(1, "not_json")), judged(sc.slots[3], verdict(0, 3), verdict(1, "unsure")))
	made := r.slotRow(sc.own, 1, 0)
	r.saveVerdicts(sc.own, judged(made, verdict(0, 2)), judged(sc.imported[0], verdict(0, 3)), judged(sc.imported[1], verdict(0, 0)))
	r.saveDecisions(sc.first, decided(sc.slots[0], hardneg.LabelNegative, ""), decided(sc.slots[3], hardneg.LabelUndecided, ""))
	r.saveDecisions(sc.own, decided(made, hardneg.LabelDropped, "ambiguous"), decided(sc.imported[0], hardneg.LabelPositive, ""),
		decided(sc.imported[1], hardneg.LabelNegative, ""))
	r.saveSimilarities(sc.first, Similarity{0, .5}, Similarity{sc.slots[0], -.25})
	r.saveSimilarities(sc.own, Similarity{0, 1}, Similarity{made, .125}, Similarity{sc.imported[0], 0}, Similarity{sc.imported[1], .75})
	must(r, r.s.Record(vectorsCall("vectors of texts", textKey("x"), textKey("y"))))
	must(r, r.s.write(func(t *Tx) error {
		_, err := t.tags(hardneg.Tags{Subset: "subset", Instruction: "find it", Type: "normal"})
		return err
	}))
	r.plan(1, "in a batch", "in a batch too")
	r.build(1, "batch-1", 2)
	return sc
}

func (r *rig) saveSimilarities(query int64, texts ...Similarity) {
	r.Helper()
	must(r, r.s.SaveSimilarities([]Similarities{{Task: Task{Recipe: r.similarity, Input: query}, Texts: texts, Outcome: hardneg.Done}}))
}

func textKey(text string) hardneg.Key { return hardneg.KeyOf("text", text) }

// vectorsCall is a call that brought the vectors of texts.
func vectorsCall(prompt string, texts ...hardneg.Key) hardneg.Call {
	c := aCall(hardneg.KeyOf(append([]string{prompt}, keyList(texts))...))
	c.Prompt, c.Texts, c.Request = prompt, texts, json.RawMessage(`{"model":"e","texts":`+keyList(texts)+`}`)
	c.Reply = []byte("vectors of " + keyList(texts))
	return c
}

// made is the origin of a text, whose call is recorded.
func (r *rig) made(method string, k hardneg.Key) hardneg.Origin {
	r.Helper()
	if _, ok, err := r.s.Lookup(ctx, k); err != nil {
		r.Fatal(err)
	} else if !ok {
		must(r, r.s.Record(aCall(k)))
	}
	return hardneg.Origin{Method: method, Model: "big", Prompt: "p@1", Call: k}
}

// result is an outcome with its reason; the zero value of the reason is done.
type result struct {
	o      hardneg.Outcome
	reason string
}

var (
	done    = result{hardneg.Done, ""}
	refused = result{hardneg.Rejected, "too_short"}
	broken  = result{hardneg.Failed, "not_json"}
)

func queryKey(passage int64, sample int) hardneg.Key {
	return hardneg.KeyOf("query", fmt.Sprint(passage), fmt.Sprint(sample))
}

func (r *rig) saveQueries(passage int64, results ...result) {
	r.Helper()
	o := r.made("query", hardneg.KeyOf("call for", fmt.Sprint(passage)))
	var out []QueryOutcome
	for i, x := range results {
		out = append(out, QueryOutcome{Query: hardneg.Query{Key: queryKey(passage, i), Text: fmt.Sprintf("query %d of %d", i, passage), Sample: i, Origin: o},
			Norm: uint64(passage)<<8 + uint64(i), Outcome: x.o, Reason: x.reason})
		if i == 3 { // the others are for their passage
			out[i].Query.Asked, out[i].Query.Answer = "as a question", "what answers it"
		}
	}
	must(r, r.s.SaveQueries(Task{Recipe: r.c.Queries, Input: passage, Repaired: []hardneg.Key{o.Call}}, out))
}

// verdict is what a judge says: a grade 0-3, "unsure", or the reason of a failure.
func verdict(step int, says any) hardneg.Verdict {
	v := hardneg.Verdict{Step: step, Judge: fmt.Sprint("judge", step), Origin: hardneg.Origin{Method: "judge", Model: fmt.Sprint("judge", step), Prompt: "grade@1"}}
	switch x := says.(type) {
	case int:
		v.Grade, v.Score = hardneg.Grade(x+1), float64(x)/4
	case string:
		if v.Unsure = x == "unsure"; !v.Unsure {
			v.Failure = x
		}
	}
	return v
}

func (r *rig) saveVerify(query int64, x result, vs ...hardneg.Verdict) {
	r.Helper()
	must(r, r.s.SaveVerify(Task{Recipe: r.c.Verify, Input: query}, vs, nil, x.o, x.reason))
}

func (r *rig) saveSlots(query int64, results ...result) {
	r.Helper()
	o := r.made("query-only", hardneg.KeyOf("negatives for", fmt.Sprint(query)))
	var out []CandidateOutcome
	for i, x := range results {
		out = append(out, CandidateOutcome{Candidate: hardneg.Candidate{Key: hardneg.KeyOf("candidate", fmt.Sprint(query), fmt.Sprint(i)),
			Text: fmt.Sprintf("negative %d of %d", i, query), Source: hardneg.SourceGenerated, Slot: i, Breaks: "the year", Was: hardneg.LabelNegative, Origin: o},
			StrategyNo: 1, Outcome: x.o, Reason: x.reason})
	}
	must(r, r.s.SaveCandidates(Task{Recipe: r.c.Negatives, Input: query}, out))
}

// judged is what a cascade says of a candidate, and how that ended.
func judged(row int64, vs ...hardneg.Verdict) CandidateVerdicts {
	out := CandidateVerdicts{Row: row, Verdicts: vs, Outcome: hardneg.Done}
	for _, v := range vs {
		out.Opinions = append(out.Opinions, hardneg.Opinion{Verdict: v}, hardneg.Opinion{Verdict: v, N: 101, Role: hardneg.LookSwap, Same: v.Failure == "", Place: 2, WasAt: 1})
	}
	if last := vs[len(vs)-1]; last.Failure != "" {
		out.Outcome, out.Reason = hardneg.Failed, last.Failure
	} else if last.Unsure {
		out.Reason = "undecided"
	}
	return out
}

func (r *rig) saveVerdicts(query int64, cs ...CandidateVerdicts) {
	r.Helper()
	must(r, r.s.SaveVerdicts(Task{Recipe: r.c.Judge, Input: query}, cs, nil))
}

func decided(row int64, l hardneg.Label, why string) CandidateDecision {
	return CandidateDecision{Row: row, Decision: hardneg.Decision{Label: l, Why: why}}
}

func (r *rig) saveDecisions(query int64, ds ...CandidateDecision) {
	r.Helper()
	must(r, r.s.SaveDecisions(Decided{Task{Recipe: r.c.Relabel, Input: query}, ds}))
}
