package text

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestPatternWords: what an expression matches has one of its words. The texts are made of pieces of the expressions and of
// what stands in tests.
func TestPatternWords(t *testing.T) {
	all := append([]*Pattern{titles, howTo, deicticRaw, dangling.pattern, Compile(`(?i)\bks?\b|[Aa]b`), Compile(`x?y*`), Compile(`\b(?:we|[Ii]t's|tú)\b`),
		Compile(`a{0}b|c{2,3}d`), Compile(`(?i)[a-c]{2}-ß`), Compile(`(?i)\bmärz \d{1,2}[./](?:19|20)\d{2}|[a-z]+ août`)}, refusals.each...)
	for _, p := range deictic {
		all = append(all, p.pattern)
	}
	r := rand.New(rand.NewPCG(3, 4))
	pieces := strings.FieldsFunc(pointedOut(all), func(r rune) bool { return strings.ContainsRune("()|?:[]{}^$*+\\", r) })
	for _, p := range all {
		for _, s := range append(strings.Split(strings.Join(append(standAlone, pointing...), "\n"), "\n"), "K", "ks", "a k.", "WE", " we", "ITS", "cd", "ccd", "CCD", "\xff tú b", "MÄRZ 1.1980", "Ab AOÛT", "\u017f märz 12/2000", "AA-ẞ\xff") {
			same(t, p, s)
			same(t, p, plain(s))
		}
	}
	for range 20000 {
		var b strings.Builder
		for range 1 + r.IntN(6) {
			b.WriteString(pieces[r.IntN(len(pieces))] + []string{"", " "}[r.IntN(2)])
		}
		same(t, all[r.IntN(len(all))], b.String())
	}
}

func pointedOut(all []*Pattern) string {
	var b strings.Builder
	for _, p := range all {
		b.WriteString(p.re.String() + "|")
	}
	return b.String()
}

func same(t *testing.T, p *Pattern, s string) {
	t.Helper()
	if p.re.MatchString(s) && !p.may(s) {
		t.Fatalf("%s matches %q, which has none of its words", p.re, s)
	}
}

// FuzzPattern tries made-up expressions.
func FuzzPattern(f *testing.F) {
	for _, p := range deictic {
		f.Add(p.pattern.re.String(), "what does the author say")
	}
	f.Add(`(?i)a\bk|[Ss]x?`, "K s\u017f")
	f.Add(`(?:^| )I(?:'[mv]\w*| [a-z])|\b[Mm]y\b`, "well, I am my own")
	f.Fuzz(func(t *testing.T, expr, s string) {
		if strings.Contains(expr, boundary) || strings.Contains(expr, "\uFFFD") {
			return // no expression of ours
		}
		if _, err := regexp.Compile(expr); err != nil {
			return // no expression of ours
		}
		same(t, Compile(expr), s)
	})
}
