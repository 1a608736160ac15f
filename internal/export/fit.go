package export

import (
	"slices"

	"hardneg"
)

// fitCounts is what had no place in a data set, though the run has it.
type fitCounts struct{ short, bare, queries, texts int64 }

// The names of these counts.
const (
	TooFew            = "queries left out: fewer negatives than a row of this format has"
	QueriesAlone      = "queries left out: hard queries and no negative, and this format has negatives only"
	UnbalancedQueries = "queries left out: no place in the balance of origins"
	UnbalancedTexts   = "texts left out: no place in the balance of origins"
)

func (c fitCounts) list() (all []Count) {
	for _, x := range []Count{{TooFew, c.short}, {QueriesAlone, c.bare}, {UnbalancedQueries, c.queries}, {UnbalancedTexts, c.texts}} {
		if x.N > 0 {
			all = append(all, x)
		}
	}
	return all
}

// LeftOut is what had no place in this format so far.
func (s *Set) LeftOut() []Count { return s.counts.list() }

// negatives is the number of every row, 0 where it is open.
func (f *format) negatives(o Options) int {
	if f.fixed {
		return o.Negatives
	}
	return 0
}

// fit cuts an example to what the format and the balance take; ok is false if it has no place. An example with fewer negatives
// than a row has is left out: a row with an empty or repeated text would teach something else.
func (s *Set) fit(ex hardneg.Example) (out hardneg.Example, ok bool) {
	if s.plans != nil {
		if out, ok = s.plans[ex.Split].cut(ex, s.opts.Pick); !ok {
			s.counts.queries++
			return ex, false
		}
		s.counts.texts += int64(len(ex.Positives) + len(ex.Negatives) - len(out.Positives) - len(out.Negatives))
		return out, true
	}
	n := s.format.negatives(s.opts)
	switch {
	case len(ex.Negatives) == 0 && !s.format.asks:
		s.counts.bare++
		return ex, false
	case n == 0:
		return ex, true
	case len(ex.Negatives) < n:
		s.counts.short++
		return ex, false
	}
	ex.Negatives = pick(ex.Negatives, n, s.opts.Pick)
	return ex, true
}

// Share tells, for a split, how many texts are generated: of the positives, of the negatives, and of the negatives beside
// positives of either origin. The last two count a negative once for each positive of its query.
type Share struct {
	Split           string `json:"split"`
	Positives       Part   `json:"positives"`
	Negatives       Part   `json:"negatives"`
	BesideHuman     Part   `json:"beside_human_positives"`
	BesideGenerated Part   `json:"beside_generated_positives"`
}

// Part is a number of texts and how many of them are generated.
type Part struct {
	Generated int64 `json:"generated"`
	All       int64 `json:"all"`
}

func (p *Part) add(generated bool) {
	p.All++
	if generated {
		p.Generated++
	}
}

func (p *Part) plus(other Part) {
	p.All += other.All
	p.Generated += other.Generated
}

// same reports whether both have the same share of generated texts; one without a text has any.
func (p Part) same(other Part) bool {
	return p.All == 0 || other.All == 0 || p.Generated*other.All == other.Generated*p.All
}

func (s *Set) share(ex hardneg.Example) {
	if s.shares[ex.Split] == nil {
		s.shares[ex.Split] = &Share{Split: ex.Split}
	}
	x := s.shares[ex.Split]
	var negatives Part
	for i := range ex.Negatives {
		negatives.add(ex.Negatives[i].Source == hardneg.SourceGenerated)
	}
	x.Negatives.plus(negatives)
	for i := range ex.Positives {
		generated := ex.Positives[i].Source == hardneg.SourceGenerated
		x.Positives.add(generated)
		if generated {
			x.BesideGenerated.plus(negatives)
		} else {
			x.BesideHuman.plus(negatives)
		}
	}
}

func (s *Set) sharesInOrder() (all []Share) {
	for _, split := range splits {
		if x := s.shares[split]; x != nil {
			all = append(all, *x)
		}
	}
	return all
}

// evenTitles leaves the titles out if not all texts of an example have one. Where a title and its text become one string, a model
// would learn from the first line what is generated, and with it the label.
func evenTitles(ex hardneg.Example) hardneg.Example {
	bare := func(t hardneg.Text) bool { return t.Title == "" }
	if !slices.ContainsFunc(ex.Positives, bare) && !slices.ContainsFunc(ex.Negatives, bare) {
		return ex
	}
	ex.Positives, ex.Negatives = untitled(ex.Positives), untitled(ex.Negatives)
	return ex
}

func untitled(from []hardneg.Text) []hardneg.Text {
	out := slices.Clone(from)
	for i := range out {
		out[i].Title = ""
	}
	return out
}
