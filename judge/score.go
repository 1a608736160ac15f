package judge

import (
	"math"
	"regexp"
	"strings"

	"hardneg/internal/llm"
)

// valueAt finds the labels and where the value of each begins.
var valueAt = regexp.MustCompile(`"([A-Y])"\s*:\s*"?([0-3])`)

// gradeScores reads the score of each label from the probabilities of the reply's tokens: Σ p(g)·g / 3 over the grades that could
// have stood there, normalised. A label whose alternatives are not given, or do not hold the grade itself, has none.
func gradeScores(r llm.Response) map[string]float64 {
	if len(r.Logprobs) == 0 {
		return nil
	}
	starts := make([]int, len(r.Logprobs)+1)
	for i, t := range r.Logprobs {
		starts[i+1] = starts[i] + len(t.Token)
	}
	var text strings.Builder
	for _, t := range r.Logprobs {
		text.WriteString(t.Token)
	}
	out := map[string]float64{}
	for _, m := range valueAt.FindAllStringSubmatchIndex(text.String(), -1) {
		label, at := text.String()[m[2]:m[3]], m[4]
		for i := range r.Logprobs {
			if starts[i] <= at && at < starts[i+1] {
				if s, ok := expected(r.Logprobs[i], text.String()[at]); ok {
					out[label] = s
				}
				break
			}
		}
	}
	return out
}

// expected is the mean grade of one position, over 3.
func expected(t llm.TokenLogprob, said byte) (float64, bool) {
	var sum, weighted float64
	seen := map[byte]bool{}
	for _, a := range t.Top {
		g, ok := gradeIn(a.Token)
		if !ok || seen[g] {
			continue
		}
		seen[g] = true
		p := math.Exp(a.Logprob)
		sum += p
		weighted += p * float64(g-'0')
	}
	if !seen[said] || sum <= 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		return 0, false
	}
	return math.Round(weighted/sum/3*1e6) / 1e6, true
}

// gradeIn reads a token that is a grade, with quotes and spaces around it or without.
func gradeIn(token string) (byte, bool) {
	s := strings.Trim(token, " \t\n\":,}{")
	if len(s) == 1 && s[0] >= '0' && s[0] <= '3' {
		return s[0], true
	}
	return 0, false
}
