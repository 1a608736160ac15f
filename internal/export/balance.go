package export

import (
	"math"
	"slices"

	"hardneg"
)

// Origins counts, before anything is written, how many texts of either origin the queries have: written by a model, or by
// people. From that a data set is planned in which origin tells nothing: in each split, generated text has the same share
// among positives and negatives, and positives of both origins stand beside the same mix of negatives.
//
// Every row has one positive and the same number of negatives, of which the same number are generated; the share of rows with
// a generated positive is the share of the generated negatives. So the balance holds in every format, whether it counts rows,
// texts or pairs. What does not fit is left out. It is for one goroutine.
type Origins struct {
	splits map[string]map[supply]int64
}

// supply is what a query has: positives of each origin, and how many negatives.
type supply struct {
	generatedPositive, humanPositive bool
	generated, human                 int16
}

// mostBalanced bounds the negatives of a balanced row where the format does not fix their number.
const mostBalanced = 16

// NewOrigins counts from nothing.
func NewOrigins() *Origins { return &Origins{splits: map[string]map[supply]int64{}} }

// Count adds an example, as it will be written.
func (o *Origins) Count(ex hardneg.Example) {
	if o.splits[ex.Split] == nil {
		o.splits[ex.Split] = map[supply]int64{}
	}
	o.splits[ex.Split][supplyOf(ex)]++
}

func isGenerated(t hardneg.Text) bool { return t.Source == hardneg.SourceGenerated }

func supplyOf(ex hardneg.Example) (s supply) {
	s.generatedPositive = slices.ContainsFunc(ex.Positives, isGenerated)
	s.humanPositive = slices.ContainsFunc(ex.Positives, func(t hardneg.Text) bool { return !isGenerated(t) })
	for _, t := range ex.Negatives {
		if isGenerated(t) {
			s.generated = min(s.generated+1, math.MaxInt16-1)
		} else {
			s.human = min(s.human+1, math.MaxInt16-1)
		}
	}
	return s
}

func (s supply) has(generated, human int) bool {
	return int(s.generated) >= generated && int(s.human) >= human
}

// mix is the composition of the negatives of each row of a split, and how many queries may still be written, by what
// positives they have.
type mix struct {
	generated, human             int   // negatives of a row
	onlyGenerated, onlyHuman     int64 // queries that have positives of one origin
	bothAsGenerated, bothAsHuman int64 // queries that have both
	pairs                        int64 // rows times negatives
}

// plan is the mix of each split that gives the most negatives in all. A fixed number is that of every row; 0 leaves it open.
func (o *Origins) plan(fixed int) map[string]*mix {
	plans := map[string]*mix{}
	for _, split := range splits {
		best := &mix{}
		from, to := mostBalanced, 1
		if fixed > 0 {
			from, to = fixed, fixed
		}
		for n := from; n >= to; n-- {
			for generated := range n + 1 {
				if m := mixOf(o.splits[split], generated, n-generated); m.betterThan(best) {
					best = m
				}
			}
		}
		plans[split] = best
	}
	return plans
}

// betterThan compares the negatives in all, then how even the mix is.
func (m *mix) betterThan(other *mix) bool {
	if m.pairs != other.pairs {
		return m.pairs > other.pairs
	}
	return min(m.generated, m.human) > min(other.generated, other.human)
}

// mixOf finds how many rows of a composition there can be: the largest number of which the share with a generated positive is
// a whole number of queries, and for which there are enough of either kind.
func mixOf(have map[supply]int64, generated, human int) *mix {
	m := &mix{generated: generated, human: human}
	var onlyGenerated, onlyHuman, both int64
	for s, n := range have {
		switch {
		case !s.has(generated, human):
		case s.generatedPositive && s.humanPositive:
			both += n
		case s.generatedPositive:
			onlyGenerated += n
		default:
			onlyHuman += n
		}
	}
	d := gcd(generated, human)
	g, h := int64(generated/d), int64(human/d)
	units := (onlyGenerated + onlyHuman + both) / (g + h)
	if g > 0 {
		units = min(units, (onlyGenerated+both)/g)
	}
	if h > 0 {
		units = min(units, (onlyHuman+both)/h)
	}
	m.pairs = units * (g + h) * int64(generated+human)
	m.onlyGenerated = min(onlyGenerated, units*g)
	m.onlyHuman = min(onlyHuman, units*h)
	m.bothAsGenerated = units*g - m.onlyGenerated
	m.bothAsHuman = units*h - m.onlyHuman
	return m
}

func gcd(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

// cut returns the example with one positive and the planned negatives; ok is false if it has no place. Examples have their
// places in the order in which they come.
func (m *mix) cut(ex hardneg.Example, how string) (out hardneg.Example, ok bool) {
	s := supplyOf(ex)
	if !s.has(m.generated, m.human) {
		return ex, false
	}
	generated, ok := m.take(s)
	if !ok {
		return ex, false
	}
	out = ex
	at := slices.IndexFunc(ex.Positives, func(t hardneg.Text) bool { return isGenerated(t) == generated })
	out.Positives = ex.Positives[at : at+1]
	out.Negatives = append(some(ex.Negatives, true, m.generated, how), some(ex.Negatives, false, m.human, how)...)
	slices.SortStableFunc(out.Negatives, func(x, y hardneg.Text) int { return slices.Index(ex.Negatives, x) - slices.Index(ex.Negatives, y) })
	return out, true
}

// some chooses n negatives of an origin.
func some(all []hardneg.Text, generated bool, n int, how string) (chosen []hardneg.Text) {
	for _, t := range all {
		if isGenerated(t) == generated {
			chosen = append(chosen, t)
		}
	}
	if n == 0 {
		return nil
	}
	return pick(chosen, n, how)
}

// take uses up one place for a query with such positives, and says of which origin the positive is to be.
func (m *mix) take(s supply) (generated, ok bool) {
	places := []struct {
		left      *int64
		generated bool
		may       bool
	}{
		{&m.onlyGenerated, true, s.generatedPositive && !s.humanPositive},
		{&m.onlyHuman, false, s.humanPositive && !s.generatedPositive},
		{&m.bothAsGenerated, true, s.generatedPositive && s.humanPositive},
		{&m.bothAsHuman, false, s.generatedPositive && s.humanPositive},
	}
	for _, p := range places {
		if p.may && *p.left > 0 {
			*p.left--
			return p.generated, true
		}
	}
	return false, false
}
