package generate

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/internal/text"
)

// StageNegatives is the stage that makes negatives.
const StageNegatives = "negatives"

// Proposals are the texts of one reply.
type Proposals struct {
	Texts    []Proposal
	Call     hardneg.Key
	Repaired []hardneg.Key
}

// Proposal is a text that is meant to be a negative.
type Proposal struct {
	Title    string // of an edited passage that has one
	Text     string
	Breaks   string        // what it is meant to fail at
	Min, Max int           // words that were asked for
	Cut      bool          // it ended at the bound of the schema
	Edits    bool          // it is the positive but for a few words
	Label    hardneg.Label // what it is meant to be, where that is not said of all texts of its strategy
	Rule     Rule          // that it breaks already
}

// Negatives makes the negatives of a query by all strategies.
type Negatives struct {
	Strategies []Strategy
}

// Slot is one slot and what became of it.
type Slot struct {
	hardneg.Candidate
	StrategyNo int
	Outcome    hardneg.Outcome
	Reason     string
	min, max   int
	edits      bool
}

// NegativesOf is what became of the slots of a query.
type NegativesOf struct {
	Slots    []Slot
	Repaired []hardneg.Key
}

// Standing is a text that stands for a query already.
type Standing struct {
	StrategyNo, Slot int
	Made             bool // by this stage; false: imported
	Text             string
}

// Make fills the slots of a query that have no outcome; standing are the texts that stand already. Duplicates are decided when
// all proposals are there: the lowest key wins, and a text that stood before wins over all. The positive is used to refuse
// copies of it, and reaches no strategy that does not ask for it.
func (g *Negatives) Make(ctx context.Context, q hardneg.Query, positive hardneg.Passage, standing []Standing, done map[int]map[int]bool, retries int) (NegativesOf, error) {
	var out NegativesOf
	var planned error
	for no := range g.Strategies {
		s, _ := g.Strategies[no].Of(q.Key)
		for _, span := range s.pending(done[no]) {
			slots, repaired, err := s.fill(ctx, q, no, span, positive, s.seen(standing, done[no]), retries)
			if errors.Is(err, llm.ErrPlanned) {
				planned = err // and the other strategies are asked in the same batch
				continue
			}
			if err != nil {
				return NegativesOf{}, err
			}
			for _, slot := range slots {
				if !done[no][slot.Slot] {
					out.Slots = append(out.Slots, slot)
				}
			}
			out.Repaired = append(out.Repaired, repaired...)
		}
	}
	if planned != nil {
		return NegativesOf{}, planned
	}
	g.check(out.Slots, q, positive, standing)
	return out, nil
}

// fill makes the texts of some of a strategy's slots.
func (s *Strategy) fill(ctx context.Context, q hardneg.Query, no int, span Span, positive hardneg.Passage, standing []Standing, retries int) ([]Slot, []hardneg.Key, error) {
	if s.Mine != nil {
		found, err := s.Mine.Find(ctx, q, positive, knownOf(positive, standing), span.end())
		slots, err := s.mined(q, no, span, found, err)
		return slots, nil, err
	}
	span.Stand = written(standing, no, span.From)
	p, err := s.propose(ctx, q, positive, span, retries)
	if errors.Is(err, llm.ErrPlanned) {
		return nil, nil, err
	}
	slots, err := s.slots(q, no, span, p, err)
	return slots, p.Repaired, err
}

// propose gives a strategy what it declares to need, and no more.
func (s *Strategy) propose(ctx context.Context, q hardneg.Query, positive hardneg.Passage, span Span, retries int) (Proposals, error) {
	if s.reads(q) {
		return s.Reply.ProposeWith(ctx, q, positive)
	}
	if s.Pair != nil {
		return s.Pair.ProposeFor(ctx, q.Text, positive, span, retries)
	}
	return s.Make.Propose(ctx, q.Text, span, retries)
}

// mined turns passages that were found, for the first slot on, into the outcomes of some slots.
func (s *Strategy) mined(q hardneg.Query, no int, span Span, found []Found, err error) ([]Slot, error) {
	outcome, reason := hardneg.Rejected, string(Missing) // of a slot for which there is nothing
	if err != nil {
		if outcome, reason, err = failure(err); err != nil {
			return nil, err
		}
		found = nil
	}
	out := make([]Slot, span.N)
	for i := range out {
		at := span.From + i
		c := hardneg.Candidate{Query: q.Key, Source: hardneg.SourceMined, Strategy: s.Name, Slot: at, Was: hardneg.LabelNegative,
			Origin: hardneg.Origin{Method: s.Name}}
		out[i] = Slot{Candidate: c, StrategyNo: no, Outcome: hardneg.Done}
		if at >= len(found) {
			out[i].Key, out[i].Outcome, out[i].Reason = s.missingKey(q.Key, at), outcome, reason
			continue
		}
		p := found[at]
		out[i].Key, out[i].DocID, out[i].Title, out[i].Text, out[i].Breaks = s.minedKey(q.Key, p.ID), p.ID, p.Title, p.Text, p.Said
	}
	return out, nil
}

// slots turns a reply, or the failure to get one, into the outcomes of the slots that it was for.
func (s *Strategy) slots(q hardneg.Query, no int, span Span, p Proposals, err error) ([]Slot, error) {
	outcome, reason := hardneg.Done, ""
	call := p.Call
	if err != nil {
		call = llm.CallOf(err)
		if outcome, reason, err = failure(err); err != nil {
			return nil, err
		}
	}
	out := make([]Slot, span.N)
	for i := range out {
		at := span.From + i
		c := hardneg.Candidate{Key: s.Key(q.Key, at), Query: q.Key, Source: hardneg.SourceGenerated, Strategy: s.Name, Slot: at,
			Was: cmp.Or(s.Label, hardneg.LabelNegative), Origin: s.origin(q, call)}
		out[i] = Slot{Candidate: c, StrategyNo: no, Outcome: outcome, Reason: reason}
		switch {
		case outcome != hardneg.Done:
		case i >= len(p.Texts):
			out[i].Outcome, out[i].Reason = hardneg.Rejected, string(Missing)
		case p.Texts[i].Cut:
			out[i].Text, out[i].Outcome, out[i].Reason = p.Texts[i].Text, hardneg.Rejected, string(TooLong)
		default:
			out[i].take(p.Texts[i])
		}
	}
	return out, nil
}

// take takes a text.
func (s *Slot) take(p Proposal) {
	s.Title, s.Text, s.Breaks = p.Title, p.Text, p.Breaks
	s.min, s.max, s.edits = p.Min, p.Max, p.Edits
	s.Was = cmp.Or(p.Label, s.Was)
	if p.Rule != "" {
		s.Outcome, s.Reason = hardneg.Rejected, string(p.Rule)
	}
}

// check refuses what a rule refuses, in key order, and spares after all that they may stand in for.
func (g *Negatives) check(slots []Slot, q hardneg.Query, positive hardneg.Passage, standing []Standing) {
	order := make([]int, len(slots))
	for i := range order {
		order[i] = i
	}
	rank := func(s Slot) int { return SpareRank(s.Slot, g.Strategies[s.StrategyNo].Count) }
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(rank(slots[a]), rank(slots[b])), slices.Compare(slots[a].Key[:], slots[b].Key[:]))
	})
	known := knownOf(positive, standing)
	language, sure := text.Language(positive.Text)
	if !sure {
		language = ""
	}
	queries := map[string]bool{} // hard queries, of other entries too
	for _, i := range order {
		s := &slots[i]
		if s.Outcome != hardneg.Done {
			continue
		}
		rule := s.rule(q, known, language)
		if s.Was == hardneg.LabelHardQuery {
			if key := QueryKey(s.Text); queries[key] || stands(standing, s.Text) {
				rule = NearDuplicate
			} else {
				queries[key] = true
			}
		}
		if rule != "" {
			s.Outcome, s.Reason = hardneg.Rejected, string(rule)
		}
	}
}

// rule names the rule that a text breaks. What was found in the corpus, or is but for some words, is as people wrote it, and
// only compared.
func (s *Slot) rule(q hardneg.Query, known *Known, language string) Rule {
	switch {
	case s.Was == hardneg.LabelHardQuery: // checked by who made it
		return ""
	case s.Source == hardneg.SourceMined:
		return known.admit(text.NewSketch(s.Text))
	case s.edits:
		return known.admitEdit(text.NewSketch(s.Text))
	}
	return CheckNegative(NegativeText{Query: q.Text, Text: s.Text, Known: known, Min: s.min, Max: s.max, Language: language})
}

func knownOf(positive hardneg.Passage, standing []Standing) *Known {
	var others []string
	for _, s := range standing {
		others = append(others, s.Text)
	}
	return NewKnown(positive.Text, others...)
}
