package judge

import (
	"context"
	"errors"
	"slices"
	"strconv"

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
	Margin    float64  // a text whose score is less than this below the gate goes on too; the gate lies half way between two grades
	Audit     float64  // share of the texts that would not go on that go on all the same, so that what the judge misses is measured
	Again     float64  // share of the queries that the first judge looks at twice, so that its agreement with itself is measured
	Look      string   // how it looks the second time: hardneg.LookSwap or LookRepeat
}

// forwards reports whether the next judge has to look at a text. A judge that failed has not decided.
func (s Step) forwards(v hardneg.Verdict) bool {
	if v.Failure != "" || v.Unsure || v.Grade.Value() >= s.ForwardAt {
		return true
	}
	if s.Margin <= 0 {
		return false
	}
	gate, ok := s.Judge.Kind().gate(s.ForwardAt)
	return ok && gate-v.Score < s.Margin
}

// audits reports whether a text was drawn to go on although it would not.
func (s Step) audits(candidate hardneg.Key) bool { return s.draw("audit", s.Audit, candidate) }

// looksAgain reports whether the texts of a query were drawn to be looked at twice. One text has no order.
func (s Step) looksAgain(about About, texts int) bool {
	return about.Stage == StageJudge && (texts > 1 || s.Look == hardneg.LookRepeat) && s.draw("again", s.Again, about.Query.Key)
}

// Looks is how often each judge looks at a slate of so many texts, on average over the queries and the judges of the step.
func (s Step) Looks(texts int) float64 {
	if texts < 2 && s.Look != hardneg.LookRepeat { // they have no order
		return 1
	}
	return 1 + s.Again/float64(len(s.Judges()))
}

// Quotes reports whether the judge asks a second question about slates from which it could quote.
func (s Step) Quotes() bool { return s.Judge.Rank != nil }

// draw is the same for the same run seed, step and key.
func (s Step) draw(what string, share float64, key hardneg.Key) bool {
	if share <= 0 {
		return false
	}
	drawn := hardneg.KeyOf(what, strconv.FormatInt(s.Judge.Seed, 10), strconv.Itoa(s.Judge.Step), key.String())
	return float64(drawn.Uint64())/(1<<64) < share
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
		return s.ranks()
	}
	out := []string{"combine", string(s.Combine)}
	for _, j := range s.Others {
		out = append(out, j.Settings.String(), j.Prompt.Hash, j.System)
	}
	return append(out, s.ranks()...)
}

// ranks are the prompts of second questions.
func (s Step) ranks() (out []string) {
	for _, j := range s.Judges() {
		if j.Rank != nil {
			out = append(out, j.Rank.Hash, j.RankSystem)
		}
	}
	return out
}

// Extras are what decides which texts the next judge gets, beyond slates and the grade that goes on; nothing where no more was set.
func (s Step) Extras() []string {
	var out []string
	if s.Whole {
		out = append(out, "whole")
	}
	for _, x := range []struct {
		name  string
		share float64
	}{{"margin", s.Margin}, {"audit", s.Audit}, {"again by " + s.Look, s.Again}} {
		if x.share > 0 {
			out = append(out, x.name, strconv.FormatFloat(x.share, 'g', -1, 64))
		}
	}
	return out
}

// said is what came of one slate in a step, in the order of its texts.
type said struct {
	verdicts []hardneg.Verdict
	opinions [][]hardneg.Opinion // beside the verdicts
	repaired []hardneg.Key
}

// Places of second looks among the opinions of a step; those of its judges come before.
const (
	placeLook  = 100
	placeAudit = 101
)

// ask asks the judges of a step about one slate. Where one waits for a batch the others are asked for in the same one.
func (s Step) ask(ctx context.Context, about About, texts []Text) (said, error) {
	judges := s.Judges()
	first := about
	if s.looksAgain(about, len(texts)) {
		judges = append(judges, s.Judge) // the last one
		about.Look = s.Look
	}
	all := make([]Result, len(judges))
	out := said{opinions: make([][]hardneg.Opinion, len(texts))}
	var planned error
	for n, j := range judges {
		of := first
		if n > len(s.Others) {
			of = about
		}
		r, err := j.Grade(ctx, of, texts)
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
	for i := range texts {
		out.add(s, about.Look, all, i)
	}
	return out, nil
}

// secondLook is what a judge said of a text when it looked again.
func secondLook(look string, first, again Result, i int) hardneg.Opinion {
	v := again.Verdicts[i]
	o := hardneg.Opinion{Verdict: v, N: placeLook, Role: look, Same: v.Failure == "" && v.State() == first.Verdicts[i].State()}
	if first.Places != nil && again.Places != nil {
		o.Place, o.WasAt = again.Places[i], first.Places[i]
	}
	return o
}

// add makes the verdict on one text of what each judge said of it, and of the second look if there was one.
func (out *said) add(s Step, look string, all []Result, i int) {
	v := all[0].Verdicts[i]
	for n, r := range all[:len(s.Others)+1] {
		if r.Opinions == nil {
			continue
		}
		for _, o := range r.Opinions[i] {
			o.N += n
			out.opinions[i] = append(out.opinions[i], o)
		}
	}
	if look != "" && v.Failure == "" { // else there is nothing to compare with
		out.opinions[i] = append(out.opinions[i], secondLook(look, all[0], all[len(all)-1], i))
	}
	if len(s.Others) > 0 {
		var vs []hardneg.Verdict
		for n := range len(s.Others) + 1 {
			vs = append(vs, all[n].Verdicts[i])
			out.opinions[i] = append(out.opinions[i], hardneg.Opinion{Verdict: vs[n], N: n})
		}
		v = s.Combine.combine(vs)
	}
	out.verdicts = append(out.verdicts, v)
}
