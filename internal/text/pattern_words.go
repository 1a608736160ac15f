package text

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// The bounds of the words that are read off an expression.
const (
	mostWords = 256 // of a set
	mostClass = 26  // characters of a class that are told apart
)

// folds reports whether a part of an expression takes upper for lower case in more than one character.
func folds(re *syntax.Regexp) bool {
	return re.Op == syntax.OpLiteral && re.Flags&syntax.FoldCase != 0 && len(re.Rune) > 1 || slices.ContainsFunc(re.Sub, folds)
}

// needed returns words of which one stands in every text that an expression matches, nil if there are none.
func needed(re *syntax.Regexp, fold bool) []string {
	if whole := useful(exact(re, fold)); whole != nil {
		return whole
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return needed(re.Sub[0], fold)
	case syntax.OpRepeat:
		if repeatsPart(re) {
			return needed(re.Sub[0], fold)
		}
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			words := needed(sub, fold)
			if words == nil {
				return nil
			}
			all = append(all, words...)
		}
		return all
	case syntax.OpConcat:
		return neededOfRow(re.Sub, fold)
	}
	return nil
}

// neededOfRow chooses the best words of the parts of an expression that follow each other.
func neededOfRow(row []*syntax.Regexp, fold bool) []string {
	var best []string
	offer := func(words []string) {
		if words != nil && (best == nil || worth(words) > worth(best)) {
			best = words
		}
	}
	run := []string{""}
	for _, sub := range row {
		words := exact(sub, fold)
		if next := products(run, words); next != nil {
			run = next
			continue
		}
		offer(useful(run))
		offer(needed(sub, fold))
		if repeatsPart(sub) {
			words = exact(sub.Sub[0], fold)
			offer(useful(products(run, words)))
		}
		if run = words; words == nil {
			run = []string{""}
		}
	}
	offer(useful(run))
	return best
}

// repeatsPart reports a part of an expression that begins and ends with what it repeats.
func repeatsPart(re *syntax.Regexp) bool {
	return re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Min > 0
}

// worth is the length of the shortest word; of sets alike the smaller one is worth more.
func worth(words []string) int {
	least := 1 << 10
	for _, w := range words {
		least = min(least, len(w))
	}
	return least<<10 - len(words)
}

// useful makes words of what an expression matches: a boundary inside is where it may be cut. It returns nil if one is empty.
func useful(whole []string) []string {
	var out []string
	for _, s := range whole {
		var longest string
		pieces := strings.SplitAfter(s, boundary)
		for i, piece := range pieces {
			if i > 0 {
				piece = boundary + piece
			}
			if len(strings.Trim(piece, boundary)) > len(strings.Trim(longest, boundary)) {
				longest = piece
			}
		}
		if strings.Trim(longest, boundary) == "" {
			return nil
		}
		out = append(out, longest)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// exact returns all that an expression matches, with marks for boundaries, or nil if that is too much. What looks around only
// narrows it.
func exact(re *syntax.Regexp, fold bool) []string {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpNoWordBoundary:
		return []string{""}
	case syntax.OpWordBoundary:
		return []string{boundary}
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 && !fold {
			return casesOf(re.Rune[0])
		}
		return []string{cased(string(re.Rune), fold)}
	case syntax.OpCharClass:
		return classOf(re.Rune, fold)
	case syntax.OpCapture:
		return exact(re.Sub[0], fold)
	case syntax.OpQuest:
		return optional(exact(re.Sub[0], fold))
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			words := exact(sub, fold)
			if words == nil || len(all)+len(words) > mostWords {
				return nil
			}
			all = append(all, words...)
		}
		return all
	case syntax.OpConcat:
		all := []string{""}
		for _, sub := range re.Sub {
			all = products(all, exact(sub, fold))
		}
		return all
	}
	return nil
}

func optional(words []string) []string {
	if words == nil {
		return nil
	}
	return append(slices.Clip(words), "")
}

// classOf lists the characters of a small class, which is given as ranges.
func classOf(ranges []rune, fold bool) []string {
	var all []string
	for i := 0; i+1 < len(ranges); i += 2 {
		if ranges[i+1]-ranges[i] >= mostClass {
			return nil
		}
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			all = append(all, cased(string(r), fold))
		}
	}
	if len(all) > mostClass {
		return nil
	}
	return all
}

// casesOf lists the forms of a character.
func casesOf(r rune) []string {
	all := []string{string(r)}
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		all = append(all, string(f))
	}
	return all
}

func cased(s string, fold bool) string {
	if fold {
		return oneCase(s)
	}
	return s
}

// products joins each of a to each of b, nil if these are too many or one of them is nil.
func products(a, b []string) []string {
	if a == nil || b == nil || len(a)*len(b) > mostWords {
		return nil
	}
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}
