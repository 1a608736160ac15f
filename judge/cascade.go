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

// forwards reports whether the judge after step has to look at it. A judge that failed has not decided.
func (c *Cascade) forwards(step int, v hardneg.Verdict) bool {
	if step+1 >= len(c.Steps) {
		return false
	}
	return c.Steps[step].forwards(v)
}

// Compares reports whether a judge holds texts against the query's own passage, which has to be read then.
func (c *Cascade) Compares() bool {
	return slices.ContainsFunc(c.Steps, Step.Compares)
}

// Item is a candidate with the verdicts that stand already, from judge 0 on.
type Item struct {
	Candidate hardneg.Candidate
	Verdicts  []hardneg.Verdict
}

// Judgement is what a cascade made of the items of one query.
type Judgement struct {
	New      [][]hardneg.Verdict // for each item, the verdicts that were added
	Opinions [][]hardneg.Opinion // for each item, what stands beside these
	Repaired []hardneg.Key
}

// Judge takes all candidates of a query through the cascade; about.Known is the query's own passage, where a judge compares. A
// judge's slates are formed when the judge before has said all it has to say of the query, in candidate-key order. Items that are
// decided already are left alone.
func (c *Cascade) Judge(ctx context.Context, about About, items []Item) (Judgement, error) {
	about.Stage = StageJudge
	r := round{Cascade: c, items: items, order: make([]int, len(items)), out: Judgement{
		New: make([][]hardneg.Verdict, len(items)), Opinions: make([][]hardneg.Opinion, len(items))}}
	for i := range items {
		r.order[i] = i
	}
	slices.SortFunc(r.order, func(a, b int) int {
		return slices.Compare(items[a].Candidate.Key[:], items[b].Candidate.Key[:])
	})
	for step := range c.Steps {
		if err := r.step(ctx, step, about); err != nil {
			return Judgement{}, err
		}
	}
	return r.out, nil
}

// round is one query on its way through the cascade.
type round struct {
	*Cascade
	items []Item
	order []int // of the items, by candidate key
	out   Judgement

	audited map[int]bool // of those that are due now: they are so by chance
}

// step asks one judge for all that is due. Where slates wait for a batch, the others are asked for in the same one.
func (r *round) step(ctx context.Context, step int, about About) error {
	var planned error
	for _, g := range r.groups(step, about) {
		for slate := range slices.Chunk(g.items, r.Steps[step].Judge.Slate) {
			err := r.slate(ctx, step, g.about, slate)
			if errors.Is(err, llm.ErrPlanned) {
				planned = err
			} else if err != nil {
				return err
			}
		}
	}
	return planned
}

func (r *round) slate(ctx context.Context, step int, about About, slate []int) error {
	texts := make([]Text, len(slate))
	for n, i := range slate {
		texts[n] = Text{r.items[i].Candidate.Key, prompts.TextOf(r.items[i].Candidate)}
	}
	s, err := r.Steps[step].ask(ctx, about, texts)
	if err != nil {
		return err
	}
	for n, i := range slate {
		r.out.New[i] = append(r.out.New[i], s.verdicts[n])
		r.out.Opinions[i] = append(r.out.Opinions[i], s.opinions[n]...)
		if r.audited[i] {
			r.out.Opinions[i] = append(r.out.Opinions[i], hardneg.Opinion{Verdict: s.verdicts[n], N: placeAudit, Role: hardneg.LookAudit})
		}
	}
	r.out.Repaired = append(r.out.Repaired, s.repaired...)
	return nil
}

// group is items that are judged alike.
type group struct {
	about About
	items []int
}

// groups are the items for which a judge is the next to be asked. Where it compares, the known answers are the query's passage and
// what was imported as a further positive; such a positive is itself held against the passage alone.
func (r *round) groups(step int, about About) []group {
	due := r.due(step)
	if !r.Steps[step].Compares() {
		return []group{{about, due}}
	}
	positives, others := group{about: about}, group{about: about}
	for _, i := range due {
		if r.items[i].Candidate.Was == hardneg.LabelPositive {
			positives.items = append(positives.items, i)
		} else {
			others.items = append(others.items, i)
		}
	}
	others.about.Known = slices.Clone(about.Known)
	for _, i := range r.order {
		if c := r.items[i].Candidate; c.Was == hardneg.LabelPositive {
			others.about.Known = append(others.about.Known, prompts.TextOf(c))
		}
	}
	return []group{positives, others}
}

// due are the items for which the judge of a step is the next to be asked. Items that were decided in an earlier round are not: a
// text that came later and is passed on takes along what came with it.
func (r *round) due(step int) []int {
	var due []int
	r.audited = nil
	earlier := step > 0 && r.Steps[step-1].Whole && r.passedOn(step, false)
	later := earlier || step > 0 && r.Steps[step-1].Whole && r.passedOn(step, true)
	for _, i := range r.order {
		v, fresh, ok := r.last(step, i)
		switch {
		case !ok:
		case step == 0 || r.forwards(step-1, v) || fresh && later || !fresh && earlier:
			due = append(due, i)
		case r.Steps[step-1].audits(r.items[i].Candidate.Key):
			due = append(due, i)
			if r.audited == nil {
				r.audited = map[int]bool{}
			}
			r.audited[i] = true
		}
	}
	return due
}

// passedOn reports whether the judge before passes on any item that it judged in this round, or in an earlier one. That a positive
// is relevant says nothing of the others.
func (r *round) passedOn(step int, inThis bool) bool {
	return slices.ContainsFunc(r.order, func(i int) bool {
		old := r.items[i].Verdicts
		if r.items[i].Candidate.Was == hardneg.LabelPositive {
			return false
		}
		if !inThis {
			return len(old) >= step && r.forwards(step-1, old[step-1])
		}
		v, fresh, ok := r.last(step, i)
		return ok && fresh && r.forwards(step-1, v)
	})
}

// last is the verdict of the judge before on an item that has gone exactly as far, and whether it is of this round.
func (r *round) last(step, i int) (v hardneg.Verdict, fresh, ok bool) {
	old, added := r.items[i].Verdicts, r.out.New[i]
	switch {
	case len(old)+len(added) != step:
		return v, false, false
	case len(added) > 0:
		return added[len(added)-1], true, true
	case len(old) > 0:
		return old[len(old)-1], false, true
	}
	return v, true, true
}

// Verification is what the judges say of a query's own passage.
type Verification struct {
	Verdicts []hardneg.Verdict
	Opinions []hardneg.Opinion
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
	about := About{Stage: StageVerify, Query: q, Retries: retries}
	for _, s := range c.Steps {
		r, err := s.ask(ctx, about, text)
		if err != nil {
			return Verification{}, err
		}
		v := r.verdicts[0]
		out.Verdicts = append(out.Verdicts, v)
		for _, os := range r.opinions {
			out.Opinions = append(out.Opinions, os...)
		}
		out.Repaired = append(out.Repaired, r.repaired...)
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
