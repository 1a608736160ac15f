package text

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestLoopsAreNotMissed compares the quick looks with the searches that they spare, on texts made of few parts.
func TestLoopsAreNotMissed(t *testing.T) {
	parts := []string{"a b c d e.", "a b c d e", "A, b-c; d e! ", " b c", ". ", "\n", "#", "c# ", "f.", "one two three four five six. ", "1 ", "2 ", "e", "ee", "'a' ", "? ", "a+b$c d#e+f. ", "Mr. "}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var b strings.Builder
		few := 1 + r.IntN(4)
		from := r.IntN(len(parts) - few)
		for range 1 + r.IntN(160) {
			b.WriteString(parts[from+r.IntN(few)])
		}
		s := b.String()
		checkLoops(t, s)
	}
}

func checkLoops(t *testing.T, s string) {
	t.Helper()
	rs := []rune(s)
	for period := 1; period <= loopRuneSpan; period++ {
		for need := period + 1; need < 3*period+20; need += 3 {
			if cycles(rs, period, need) && !mayCycle(rs, period, need) {
				t.Fatalf("%q: a cycle of %d in %d is missed", s, period, need)
			}
		}
	}
	if isASCII(s) && !mayRepeatLines(s) {
		count := map[string]int{}
		for _, line := range Sentences(s) {
			n := Normal(line)
			if count[n]++; count[n] >= loopLines && CountWords(n) >= loopLine {
				t.Fatalf("%q: %q is missed", s, line)
			}
		}
	}
}

func cycles(rs []rune, period, need int) bool {
	for i, run := period, period; i < len(rs); i++ {
		if rs[i] != rs[i-period] {
			run = period
			continue
		}
		if run++; run >= need {
			return true
		}
	}
	return false
}
