package generate

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/internal/text"
)

// StageNegatives is the stage that makes negatives.
const StageNegatives = "negatives"

// FromQuery is a strategy that writes negatives from the text of a query alone. It is given no passage, so none can leak.
type FromQuery interface {
	// Propose returns the proposals of one request: at most n texts, in the order of their slots. Errors are those of
	// llm.Ask.
	Propose(ctx context.Context, query string, n, retries int) (Proposals, error)
}

// Proposals are the texts of one reply.
type Proposals struct {
	Texts    []Proposal
	Call     hardneg.Key
	Repaired []hardneg.Key
}

// Proposal is a text that is meant to be a negative.
type Proposal struct {
	Text     string
	Breaks   string // what it is meant to fail at
	Min, Max int    // words that were asked for
	Cut      bool   // it ended at the bound of the schema
}

// Strategy is one entry of generate.negatives.
type Strategy struct {
	Name   string
	Count  int
	Writer *Writer
	Make   FromQuery
}

// NewStrategy returns the strategy of a name. Adding one adds a file and a line here.
func NewStrategy(name string, count int, w *Writer, card StyleCard) (Strategy, bool) {
	makers := map[string]func() FromQuery{
		QueryOnly: func() FromQuery { return &queryOnly{Writer: w, card: card} },
	}
	m, ok := makers[name]
	if !ok {
		return Strategy{}, false
	}
	return Strategy{Name: name, Count: count, Writer: w, Make: m()}, true
}

// Key is the key of a slot.
func (s *Strategy) Key(query hardneg.Key, slot int) hardneg.Key {
	return hardneg.KeyOf(StageNegatives, query.String(), s.Name, s.Writer.Settings.String(), s.Writer.Prompt.Hash, strconv.Itoa(s.Count), strconv.Itoa(slot))
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
// copies of it, and reaches no strategy.
func (g *Negatives) Make(ctx context.Context, q hardneg.Query, positive hardneg.Passage, standing []Standing, done map[int]map[int]bool, retries int) (NegativesOf, error) {
	var out NegativesOf
	var planned error
	for no := range g.Strategies {
		s := &g.Strategies[no]
		if len(done[no]) >= s.Count {
			continue
		}
		p, err := s.Make.Propose(ctx, q.Text, s.Count, retries)
		if errors.Is(err, llm.ErrPlanned) {
			planned = err // and the other strategies are asked in the same batch
			continue
		}
		slots, err := s.slots(q, no, p, err)
		if err != nil {
			return NegativesOf{}, err
		}
		for _, slot := range slots {
			if !done[no][slot.Slot] {
				out.Slots = append(out.Slots, slot)
			}
		}
		out.Repaired = append(out.Repaired, p.Repaired...)
	}
	if planned != nil {
		return NegativesOf{}, planned
	}
	check(out.Slots, q, positive, standing)
	return out, nil
}

// slots turns a reply, or the failure to get one, into the outcomes of a strategy's slots.
func (s *Strategy) slots(q hardneg.Query, no int, p Proposals, err error) ([]Slot, error) {
	outcome, reason := hardneg.Done, ""
	call := p.Call
	if err != nil {
		call = llm.CallOf(err)
		if outcome, reason, err = failure(err); err != nil {
			return nil, err
		}
	}
	out := make([]Slot, s.Count)
	for i := range out {
		c := hardneg.Candidate{Key: s.Key(q.Key, i), Query: q.Key, Source: hardneg.SourceGenerated, Strategy: s.Name, Slot: i,
			Was: hardneg.LabelNegative, Origin: s.Writer.origin(s.Name, call)}
		out[i] = Slot{Candidate: c, StrategyNo: no, Outcome: outcome, Reason: reason}
		switch {
		case outcome != hardneg.Done:
		case i >= len(p.Texts):
			out[i].Outcome, out[i].Reason = hardneg.Rejected, string(Missing)
		case p.Texts[i].Cut:
			out[i].Text, out[i].Outcome, out[i].Reason = p.Texts[i].Text, hardneg.Rejected, string(TooLong)
		default:
			out[i].Text, out[i].Breaks = p.Texts[i].Text, p.Texts[i].Breaks
			out[i].min, out[i].max = p.Texts[i].Min, p.Texts[i].Max
		}
	}
	return out, nil
}

// check refuses what a rule refuses, in key order.
func check(slots []Slot, q hardneg.Query, positive hardneg.Passage, standing []Standing) {
	order := make([]int, len(slots))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return slices.Compare(slots[a].Key[:], slots[b].Key[:]) })
	var others []string
	for _, s := range standing {
		others = append(others, s.Text)
	}
	known := NewKnown(positive.Text, others...)
	language, sure := text.Language(positive.Text)
	if !sure {
		language = ""
	}
	for _, i := range order {
		s := &slots[i]
		if s.Outcome != hardneg.Done {
			continue
		}
		rule := CheckNegative(NegativeText{Query: q.Text, Text: s.Text, Known: known, Min: s.min, Max: s.max, Language: language})
		if rule != "" {
			s.Outcome, s.Reason = hardneg.Rejected, string(rule)
		}
	}
}
