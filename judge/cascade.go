package judge

import (
	"context"
	"errors"
	"slices"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// Stages in which a cascade is used.
const (
	StageVerify = "verify"
	StageJudge  = "judge"
)

// Cascade is judges in the order in which they are asked. The last judge that was asked decides.
type Cascade struct {
	Steps []Step
}

// Step is a judge and what it passes on.
type Step struct {
	Judge     *Judge
	ForwardAt int // grades at or above go to the next judge; undecided ones always do
}

// forwards reports whether the judge after step has to look at it. A judge that failed has not decided.
func (c *Cascade) forwards(step int, v hardneg.Verdict) bool {
	if step+1 >= len(c.Steps) {
		return false
	}
	return v.Failure != "" || v.Unsure || v.Grade.Value() >= c.Steps[step].ForwardAt
}

// Item is a candidate with the verdicts that stand already, from judge 0 on.
type Item struct {
	Candidate hardneg.Candidate
	Verdicts  []hardneg.Verdict
}

// Judgement is what a cascade made of the items of one query.
type Judgement struct {
	New      [][]hardneg.Verdict // for each item, the verdicts that were added
	Repaired []hardneg.Key
}

// Judge takes all candidates of a query through the cascade. A judge's slates are formed when the judge before has said all it
// has to say of the query, in candidate-key order. Items that are decided already are left alone.
func (c *Cascade) Judge(ctx context.Context, q hardneg.Query, items []Item, retries int) (Judgement, error) {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return slices.Compare(items[a].Candidate.Key[:], items[b].Candidate.Key[:])
	})
	out := Judgement{New: make([][]hardneg.Verdict, len(items))}
	for step, s := range c.Steps {
		var planned error // where slates wait for a batch, the others of this judge are asked for in the same one
		due := slices.DeleteFunc(slices.Clone(order), func(i int) bool { return !c.due(step, items[i].Verdicts, out.New[i]) })
		for slate := range slices.Chunk(due, s.Judge.Slate) {
			texts := make([]Text, len(slate))
			for n, i := range slate {
				texts[n] = Text{items[i].Candidate.Key, prompts.TextOf(items[i].Candidate)}
			}
			r, err := s.Judge.Grade(ctx, StageJudge, q, texts, retries)
			if errors.Is(err, llm.ErrPlanned) {
				planned = err
				continue
			}
			if err != nil {
				return Judgement{}, err
			}
			for n, i := range slate {
				out.New[i] = append(out.New[i], r.Verdicts[n])
			}
			out.Repaired = append(out.Repaired, r.Repaired...)
		}
		if planned != nil {
			return Judgement{}, planned
		}
	}
	return out, nil
}

// due reports whether a judge is the next to be asked about an item.
func (c *Cascade) due(step int, old, added []hardneg.Verdict) bool {
	n := len(old) + len(added)
	if n != step || step == 0 {
		return n == step
	}
	last := old
	if len(added) > 0 {
		last = added
	}
	return c.forwards(step-1, last[len(last)-1])
}

// Verification is what the judges say of a query's own passage.
type Verification struct {
	Verdicts []hardneg.Verdict
	Outcome  hardneg.Outcome
	Reason   string
	Repaired []hardneg.Key
}

// Reasons for which verify refuses a query.
const (
	NotAnswered = "not_answered"
	Undecided   = "undecided"
)

// Verify asks whether a query's own passage answers it. The next judge is asked only when the grade is below positiveAt or
// there is none.
func (c *Cascade) Verify(ctx context.Context, q hardneg.Query, p hardneg.Passage, positiveAt, retries int) (Verification, error) {
	var out Verification
	text := []Text{{Text: prompts.PassageText(p.Title, p.Text)}}
	for _, s := range c.Steps {
		r, err := s.Judge.Grade(ctx, StageVerify, q, text, retries)
		if err != nil {
			return Verification{}, err
		}
		v := r.Verdicts[0]
		out.Verdicts = append(out.Verdicts, v)
		out.Repaired = append(out.Repaired, r.Repaired...)
		out.Outcome, out.Reason = verified(v, positiveAt)
		if out.Outcome == hardneg.Done {
			break
		}
	}
	return out, nil
}

func verified(v hardneg.Verdict, positiveAt int) (hardneg.Outcome, string) {
	switch {
	case v.Failure != "":
		return hardneg.Failed, v.Failure
	case v.Unsure:
		return hardneg.Rejected, Undecided
	case v.Grade.Value() >= positiveAt:
		return hardneg.Done, ""
	}
	return hardneg.Rejected, NotAnswered
}
