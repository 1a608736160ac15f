package text

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pattern is a regular expression that looks for words first: those of which one stands in every text that it matches. Few texts
// have one, and looking for them takes a hundredth of the time. The words are read off the expression, so they can't be wrong.
type Pattern struct {
	re    *regexp.Regexp
	fold  bool // its words are in one case
	words *finder
}

// Compile panics where [regexp.MustCompile] does.
func Compile(expr string) *Pattern {
	p := &Pattern{re: regexp.MustCompile(expr)}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		panic(err) // MustCompile did not
	}
	p.fold = folds(tree)
	if words := needed(tree, p.fold); words != nil {
		p.words = newFinder(words, p.fold)
	}
	return p
}

// may is false where the words tell that nothing matches. The long s and the sign of kelvin are an s and a k where case does not
// count, and yet \b takes them for no letters: the words say nothing of texts that have one.
func (p *Pattern) may(s string) bool {
	return p.words == nil || p.fold && (strings.Contains(s, "\u017f") || strings.Contains(s, "\u212a")) || p.words.in(s)
}

// oneCase puts a text in one case, in the sense of regular expressions: lower case in ASCII.
func oneCase(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return strings.Map(oneCaseRune, s)
}

// oneCaseRune is the least of the forms of a character.
func oneCaseRune(r rune) rune {
	if r < utf8.RuneSelf {
		return unicode.ToLower(r)
	}
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if f < r {
			return oneCaseRune(f)
		}
	}
	return r
}

// MatchString is that of [regexp.Regexp], and so are the other methods.
func (p *Pattern) MatchString(s string) bool { return p.may(s) && p.re.MatchString(s) }

// FindAllStringIndex finds up to n matches, all for -1.
func (p *Pattern) FindAllStringIndex(s string, n int) [][]int {
	if !p.may(s) {
		return nil
	}
	return p.re.FindAllStringIndex(s, n)
}

// FindAllString finds up to n matches, all for -1.
func (p *Pattern) FindAllString(s string, n int) []string {
	if !p.may(s) {
		return nil
	}
	return p.re.FindAllString(s, n)
}

// ReplaceAllString replaces all matches.
func (p *Pattern) ReplaceAllString(s, with string) string {
	if !p.may(s) {
		return s
	}
	return p.re.ReplaceAllString(s, with)
}

// ReplaceAllStringFunc replaces all matches.
func (p *Pattern) ReplaceAllStringFunc(s string, with func(string) string) string {
	if !p.may(s) {
		return s
	}
	return p.re.ReplaceAllStringFunc(s, with)
}

// Patterns are several, of which one is looked for.
type Patterns struct {
	each  []*Pattern
	words *finder // of all of them; nil if one has none
}

// CompileAll panics where [regexp.MustCompile] does. Either all of the expressions tell upper from lower case or none does.
func CompileAll(exprs ...string) Patterns {
	var ps Patterns
	var words []word
	for _, expr := range exprs {
		p := Compile(expr)
		ps.each = append(ps.each, p)
		if p.words == nil || p.fold {
			return ps.rest(exprs[len(ps.each):])
		}
		words = append(words, p.words.all...)
	}
	ps.words = joinFinder(words)
	return ps
}

// rest compiles what is left, where there are no words for all.
func (ps Patterns) rest(exprs []string) Patterns {
	for _, expr := range exprs {
		ps.each = append(ps.each, Compile(expr))
	}
	return ps
}

// MatchString reports whether one of the patterns matches.
func (ps Patterns) MatchString(s string) bool {
	if ps.words != nil && !ps.words.in(s) {
		return false
	}
	return slices.ContainsFunc(ps.each, func(p *Pattern) bool { return p.MatchString(s) })
}
