package judge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hardneg"
)

// A cascade of any shape, over texts of which each says what every judge will say of it.
func TestWhateverTheJudgesSay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.IntRange(1, 3).Draw(rt, "steps")
		forwardAt := rapid.SliceOfN(rapid.IntRange(0, 4), steps, steps).Draw(rt, "forward_at")
		c, gs := cascadeOf(rapid.IntRange(1, 5).Draw(rt, "slate"), forwardAt...)
		n := rapid.IntRange(1, 14).Draw(rt, "texts")
		var words []string
		for i := range n {
			said := rapid.SliceOfN(rapid.SampledFrom([]string{"0", "1", "2", "3", "unsure", "0", "1", "nonsense"}), steps, steps).Draw(rt, "said")
			words = append(words, fmt.Sprintf("t%d %s", i, strings.Join(said, " ")))
		}
		j, err := c.Judge(t.Context(), About{Query: someQuery}, itemsOf(words...))
		if err != nil {
			rt.Fatal(err)
		}
		for i, vs := range j.New {
			checkItem(rt, forwardAt, gs, words[i], vs)
		}
	})
}

func checkItem(rt *rapid.T, forwardAt []int, gs []*grader, word string, vs []hardneg.Verdict) {
	if len(vs) == 0 {
		rt.Fatalf("%q has no verdict", word)
	}
	for step, v := range vs {
		if v.Step != step || v.Validate() != nil {
			rt.Fatalf("%q: verdict %d is %+v", word, step, v)
		}
		if said := strings.Fields(word)[1+step]; v.Failure == "" && v.State() != said {
			rt.Fatalf("%q: judge %d is said to have said %s", word, step, v.State())
		}
		passedOn := v.Failure != "" || v.Unsure || v.Grade.Value() >= forwardAt[step]
		if last := step == len(vs)-1; last == (passedOn && step < len(gs)-1) {
			rt.Fatalf("%q: %s, passed on after judge %d: %v", word, states(vs), step, !last)
		}
	}
	for step, g := range gs {
		asked := map[int]int{}
		for i, slate := range g.slates {
			if slices.Contains(slate, word) {
				asked[g.asked[i].Attempt]++
			}
		}
		// once, and once more where the slate could not be read
		if asked[0] != min(1, max(0, len(vs)-step)) || asked[1] > asked[0] || len(asked) > 2 {
			rt.Fatalf("%q with %s: judge %d was asked %v times by attempt", word, states(vs), step, asked)
		}
	}
}
