package judge

import (
	"context"
	"errors"
	"slices"

	"hardneg"
	"hardneg/internal/llm"
)

// Step is a judge, or several that are asked the same, and what it passes on.
type Step struct {
	Judge     *Judge
	Others    []*Judge // asked beside it
	Combine   Combine  // how their verdicts become one; needed where there are others
	ForwardAt int      // grades at or above go to the next judge; undecided ones always do
	Whole     bool     // one text that goes on takes all of its query along: RLHN's way (arXiv 2505.16967)
}

// Judges are all that are asked.
func (s Step) Judges() []*Judge { return append([]*Judge{s.Judge}, s.Others...) }

// Compares reports whether one of its judges holds texts against the known answers.
func (s Step) Compares() bool {
	return slices.ContainsFunc(s.Judges(), func(j *Judge) bool { return j.Kind().Compares })
}

// Panel is what the judges beside the first decide outcomes by; nothing where there are none.
func (s Step) Panel() []string {
	if len(s.Others) == 0 {
		return nil
	}
	out := []string{"combine", string(s.Combine)}
	for _, j := range s.Others {
		out = append(out, j.Settings.String(), j.Prompt.Hash, j.System)
	}
	return out
}

// Extras are what decides which texts the next judge gets, beyond slates and the grade that goes on; nothing where no more was set.
func (s Step) Extras() []string {
	if s.Whole {
		return []string{"whole"}
	}
	return nil
}

// said is what came of one slate in a step, in the order of its texts.
type said struct {
	verdicts []hardneg.Verdict
	opinions [][]hardneg.Opinion // nil where one judge was asked
	repaired []hardneg.Key
}

// ask asks the judges of a step about one slate. Where one waits for a batch the others are asked for in the same one.
func (s Step) ask(ctx context.Context, about About, texts []Text) (said, error) {
	judges := s.Judges()
	all := make([]Result, len(judges))
	var out said
	var planned error
	for n, j := range judges {
		r, err := j.Grade(ctx, about, texts)
		if errors.Is(err, llm.ErrPlanned) {
			planned = err
		} else if err != nil {
			return said{}, err
		}
		all[n] = r
		out.repaired = append(out.repaired, r.Repaired...)
	}
	if planned != nil {
		return said{}, planned
	}
	if len(judges) == 1 {
		out.verdicts = all[0].Verdicts
		return out, nil
	}
	for i := range texts {
		vs := make([]hardneg.Verdict, len(judges))
		os := make([]hardneg.Opinion, len(judges))
		for n := range judges {
			vs[n] = all[n].Verdicts[i]
			os[n] = hardneg.Opinion{Verdict: vs[n], N: n}
		}
		out.verdicts = append(out.verdicts, s.Combine.combine(vs))
		out.opinions = append(out.opinions, os)
	}
	return out, nil
}
