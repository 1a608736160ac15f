package generate

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"hardneg"
)

// ByRules is the variant of perturb that asks no model: edits by rules and lists of English words. Numbers, years and names are found in
// any language with capitals. It costs nothing but the judges, and reads worse than a model's edits.
const ByRules = "rules"

// PerturbByRules is what the texts of the variant are known by.
const PerturbByRules = Perturb + "-" + ByRules

// rulesVersion is raised with every change of the rules or lists: what other rules made is another recipe's.
const rulesVersion = "rules 1"

type perturbByRules struct{ seed int64 }

// ProposeFor implements FromPair. An edit takes from the passage what the query names: a passage in which only something else is changed,
// the answer included, answers still. What there is no room for is missing.
func (s *perturbByRules) ProposeFor(_ context.Context, query string, positive hardneg.Passage, slots Span, _ int) (Proposals, error) {
	e := newEditor(s.seed, query, positive)
	var out Proposals
	edits := e.choose(slots.end())
	for _, edit := range edits[min(slots.From, len(edits)):] {
		out.Texts = append(out.Texts, edit.proposal(positive))
	}
	return out, nil
}

// choose takes edits of as many types as there are, in an order that is drawn, then more of each.
func (e *editor) choose(n int) []edit {
	byType := [][]edit{e.swapped(swapNouns, e.names()), e.siblings(replaceNoun, siblingNouns), e.siblings(replaceAdjective, opposites),
		e.swapped(swapAdjectives, e.listed(opposites)), e.siblings(editUnit, unitGroups), e.numbers(editNumber, false), e.numbers(editDate, true),
		e.siblings(editDate, months), e.negations(), e.reorderings()}
	slices.SortStableFunc(byType, func(a, b []edit) int {
		return cmp.Compare(e.draw("type", typeOf(a)), e.draw("type", typeOf(b)))
	})
	var out []edit
	for round := 0; len(out) < n; round++ {
		before := len(out)
		for _, edits := range byType {
			if round < len(edits) && len(out) < n {
				out = append(out, edits[round])
			}
		}
		if len(out) == before {
			break
		}
	}
	return out
}

func typeOf(es []edit) string {
	if len(es) == 0 {
		return ""
	}
	return es[0].Type
}

func (e *editor) draw(what ...string) uint64 {
	return draw(e.seed, append([]string{PerturbByRules, e.about}, what...)...)
}

// named reports whether the query has a word of a text.
func (e *editor) named(s string) bool {
	return slices.ContainsFunc(strings.Fields(strings.ToLower(s)), func(w string) bool { return e.asked[w] })
}

// swapped lets what the query names change places with something else.
func (e *editor) swapped(kind string, list []string) (out []edit) {
	for _, a := range list {
		if !e.named(a) {
			continue
		}
		var others []string
		for _, b := range list {
			if b != a && !strings.Contains(b, a) && !strings.Contains(a, b) {
				others = append(others, b)
			}
		}
		if len(others) > 0 {
			b := others[e.draw(kind, a)%uint64(len(others))]
			out = append(out, edit{Type: kind, Changes: []change{{a, b}, {b, a}}})
		}
	}
	return out
}

// siblings replaces what the query names by another of its group, after "a" or "an" by one that goes with it.
func (e *editor) siblings(kind string, groups [][]string) (out []edit) {
	var seen []string
	for _, w := range e.words {
		base, plural := w.low, ""
		if !inGroups(groups, base) && strings.HasSuffix(base, "s") {
			base, plural = strings.TrimSuffix(base, "s"), "s"
		}
		if !e.named(w.text) && !e.named(base) && !e.named(base+"s") || slices.Contains(seen, w.text) {
			continue
		}
		for _, g := range groups {
			if !slices.Contains(g, base) {
				continue
			}
			others := slices.DeleteFunc(slices.Clone(g), func(o string) bool { return o == base || e.articled[w.low] && vowel(o) != vowel(base) })
			if len(others) > 0 {
				to := others[e.draw(kind, base)%uint64(len(others))] + plural
				out = append(out, edit{Type: kind, Changes: []change{{w.text, likeCase(w.text, to)}}})
				seen = append(seen, w.text)
				break
			}
		}
	}
	return out
}

func vowel(w string) bool { return strings.ContainsRune("aeiou", rune(w[0])) }

// likeCase gives a word the capital of the one it replaces.
func likeCase(was, now string) string {
	if r, _ := utf8.DecodeRuneInString(was); unicode.IsUpper(r) {
		return strings.ToUpper(now[:1]) + now[1:]
	}
	return now
}

func inGroups(groups [][]string, w string) bool {
	return slices.ContainsFunc(groups, func(g []string) bool { return slices.Contains(g, w) })
}

// numbers changes the numbers, or the years, that the query names.
func (e *editor) numbers(kind string, years bool) (out []edit) {
	var seen []string
	for _, w := range e.words {
		if !isNumber(w.text) || isYear(w.text) != years || !e.asked[w.low] || slices.Contains(seen, w.text) {
			continue
		}
		seen = append(seen, w.text)
		out = append(out, edit{Type: kind, Changes: []change{{w.text, e.otherNumber(w.text, years)}}})
	}
	return out
}

func isNumber(w string) bool {
	return w != "" && strings.Trim(w, "0123456789.,") == "" && w[0] >= '0' && w[0] <= '9'
}

func isYear(w string) bool {
	return len(w) == 4 && (w[0] == '1' || w[0] == '2' && w[1] == '0') && !strings.ContainsAny(w, ".,")
}

// otherNumber is a number of the same form: a year up to 30 years away, else a tenth to two thirds more or less. Points and commas stay.
func (e *editor) otherNumber(w string, year bool) string {
	whole, rest := w, ""
	if i := strings.IndexAny(w, ".,"); i >= 0 {
		whole, rest = w[:i], w[i:]
	}
	n, err := strconv.ParseUint(whole, 10, 32)
	if err != nil {
		return "1" + w
	}
	d := e.draw("number", w)
	step := max(1, n*(10+d%56)/100)
	if year {
		step = 3 + d%28
	}
	if d&1024 == 0 || step > n || year && n+step > 2020 {
		return strconv.FormatUint(max(1, n-min(step, n)), 10) + rest
	}
	return strconv.FormatUint(n+step, 10) + rest
}

// negations denies what the nearest sentence says, or affirms what it denies.
func (e *editor) negations() (out []edit) {
	for i := 0; i+1 < len(e.nearest); i++ {
		w, next := e.nearest[i], e.nearest[i+1]
		if !auxiliaries[w.low] || next.glued || i == 0 {
			continue
		}
		c := change{w.text + " " + next.text, w.text + " not " + next.text}
		if next.low == "not" {
			c = change{w.text + " not", w.text}
		}
		return []edit{{Type: editNegation, Changes: []change{c}}}
	}
	return nil
}

// reorderings turns a relation of the nearest sentence round: of two times, two places, or of two ends.
func (e *editor) reorderings() (out []edit) {
	for i := 0; i+1 < len(e.nearest); i++ {
		w, next := e.nearest[i], e.nearest[i+1]
		if other := relations[w.low]; other != "" && !next.glued {
			out = append(out, edit{Type: reorder, Changes: []change{{w.text + " " + next.text, likeCase(w.text, other) + " " + next.text}}})
		}
		if w.low == "from" && i+3 < len(e.nearest) && e.nearest[i+2].low == "to" && !next.glued && !e.nearest[i+2].glued && !e.nearest[i+3].glued {
			a, b := next.text, e.nearest[i+3].text
			out = append(out, edit{Type: reorder, Changes: []change{{w.text + " " + a + " to " + b, w.text + " " + b + " to " + a}}})
		}
	}
	return out
}
