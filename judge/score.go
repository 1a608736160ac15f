package judge

import (
	"math"
	"strings"

	"hardneg/internal/llm"
)

// scores reads the score of each label from the probabilities of the reply's tokens: Σ p(g)·g / 3 over the words that could have
// stood there, normalised; with yes and no that is p(yes) / (p(yes) + p(no)). A label whose alternatives are not given, or do not
// hold the word itself, has none.
func (k *Kind) scores(r llm.Response) map[string]float64 {
	if len(r.Logprobs) == 0 {
		return nil
	}
	starts := make([]int, len(r.Logprobs)+1)
	for i, t := range r.Logprobs {
		starts[i+1] = starts[i] + len(t.Token)
	}
	var b strings.Builder
	for _, t := range r.Logprobs {
		b.WriteString(t.Token)
	}
	text := b.String()
	out := map[string]float64{}
	for _, m := range k.valueAt.FindAllStringSubmatchIndex(text, -1) {
		label, at := text[m[2]:m[3]], m[4]
		for i := range r.Logprobs {
			if starts[i] <= at && at < starts[i+1] {
				if s, ok := k.expected(r.Logprobs[i], text[m[4]:m[5]]); ok {
					out[label] = s
				}
				break
			}
		}
	}
	return out
}

// expected is the mean grade of one position, over 3. Of several tokens that begin one word the most probable counts.
func (k *Kind) expected(t llm.TokenLogprob, said string) (float64, bool) {
	var sum, weighted float64
	seen := map[string]bool{}
	for _, a := range t.Top {
		w, ok := k.wordIn(a.Token)
		if !ok || seen[w.text] {
			continue
		}
		seen[w.text] = true
		p := math.Exp(a.Logprob)
		sum += p
		weighted += p * float64(w.grade.Value())
	}
	if !seen[said] || sum <= 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		return 0, false
	}
	return math.Round(weighted/sum/3*1e6) / 1e6, true
}

// wordIn reads a token that is a word or begins one, with quotes and spaces around it or without.
func (k *Kind) wordIn(token string) (word, bool) {
	s := strings.Trim(token, " \t\n\":,}{")
	if s == "" {
		return word{}, false
	}
	for _, w := range k.words {
		if strings.HasPrefix(w.text, s) {
			return w, true
		}
	}
	return word{}, false
}
