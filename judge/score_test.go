package judge

import (
	"encoding/json"
	"math"
	"testing"

	"hardneg"
	"hardneg/internal/llm"
)

// token is a token with alternatives given as token, probability, …
func token(s string, alternatives ...any) llm.TokenLogprob {
	t := llm.TokenLogprob{Token: s}
	for i := 0; i < len(alternatives); i += 2 {
		t.Top = append(t.Top, llm.Alternative{Token: alternatives[i].(string), Logprob: math.Log(alternatives[i+1].(float64))})
	}
	return t
}

func TestScoresComeFromTheProbabilitiesOfTheGrade(t *testing.T) {
	grades := []any{"1", .6, "2", .3, "3", .1}
	const mean = (.6*1 + .3*2 + .1*3) / 3
	for name, c := range map[string]struct {
		tokens []llm.TokenLogprob
		want   map[string]float64 // none: grade / 3
	}{
		"a token of its own":        {[]llm.TokenLogprob{token(`{"`), token(`A`), token(`":"`), token(`1`, grades...), token(`"}`)}, map[string]float64{"A": mean}},
		"with its quotes":           {[]llm.TokenLogprob{token(`{"A":`), token(` "1"`, ` "1"`, .6, ` "2"`, .3, ` "3"`, .1), token(`}`)}, map[string]float64{"A": mean}},
		"with the quote before":     {[]llm.TokenLogprob{token(`{"A": `), token(`"1`, `"1`, .6, `"2`, .3, `"3`, .1), token(`"}`)}, map[string]float64{"A": mean}},
		"with what follows":         {[]llm.TokenLogprob{token(`{"A":"`), token(`1"}`, `1"}`, .6, `2"}`, .3, `3"}`, .1)}, map[string]float64{"A": mean}},
		"with the colon":            {[]llm.TokenLogprob{token(`{"A`), token(`":"1`, `":"1`, .6, `":"2`, .3, `":"3`, .1), token(`"}`)}, map[string]float64{"A": mean}},
		"pretty printed":            {[]llm.TokenLogprob{token("{\n  \"A\""), token(": "), token(`"`), token(`1`, grades...), token("\"\n}")}, map[string]float64{"A": mean}},
		"not all mass on grades":    {[]llm.TokenLogprob{token(`{"A":"`), token(`1`, "1", .3, "uns", .5, "3", .1), token(`"}`)}, map[string]float64{"A": (.3 + .3) / .4 / 3}},
		"two spellings of a grade":  {[]llm.TokenLogprob{token(`{"A":"`), token(`1`, "1", .6, " 1", .2, "2", .2), token(`"}`)}, map[string]float64{"A": (.6 + .4) / .8 / 3}},
		"no alternatives":           {[]llm.TokenLogprob{token(`{"A":"1"}`)}, nil},
		"the grade is not in them":  {[]llm.TokenLogprob{token(`{"A":"`), token(`1`, "2", .5, "3", .5), token(`"}`)}, nil},
		"grade and label together":  {[]llm.TokenLogprob{token(`{"`), token(`A":"1`, `A":"1`, .9, `A":"2`, .1), token(`"}`)}, nil},
		"impossible probabilities":  {[]llm.TokenLogprob{token(`{"A":"`), token(`1`, "1", 0.0), token(`"}`)}, nil},
		"no probabilities":          {nil, nil},
		"unsure has no score":       {[]llm.TokenLogprob{token(`{"A":"`), token(`unsure`, "unsure", .9, "1", .1), token(`"}`)}, nil},
		"a label nobody knows":      {[]llm.TokenLogprob{token(`{"Z":"`), token(`1`, grades...), token(`"}`)}, nil},
		"not a number":              {[]llm.TokenLogprob{token(`{"A":"`), {Token: "1", Top: []llm.Alternative{{Token: "1", Logprob: math.NaN()}}}, token(`"}`)}, nil},
		"one of two has them":       {[]llm.TokenLogprob{token(`{"A":"`), token(`1`, grades...), token(`","B":"`), token(`2`), token(`"}`)}, map[string]float64{"A": mean}},
		"both, a token across both": {[]llm.TokenLogprob{token(`{"A":"`), token(`1`, grades...), token(`","B":"`), token(`3`, "3", .5, "0", .5), token(`"}`)}, map[string]float64{"A": mean, "B": .5}},
	} {
		got := KindOf("grade").scores(llm.Response{Logprobs: c.tokens})
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		for l, want := range c.want {
			if math.Abs(got[l]-want) > 1e-6 {
				t.Errorf("%s: score of %s is %v, want %v", name, l, got[l], want)
			}
		}
	}
}

func TestAVerdictsScore(t *testing.T) {
	for name, c := range map[string]struct {
		said   string
		tokens func(label string) []llm.TokenLogprob
		want   float64
	}{
		"grade / 3 without probabilities": {"2", func(string) []llm.TokenLogprob { return nil }, 2. / 3},
		"0":                               {"0", func(string) []llm.TokenLogprob { return nil }, 0},
		"3":                               {"3", func(string) []llm.TokenLogprob { return nil }, 1},
		"the mean": {"2", func(l string) []llm.TokenLogprob {
			return []llm.TokenLogprob{token(`{"` + l + `":"`), token("2", "2", .5, "3", .5)}
		}, 2.5 / 3},
		"grade / 3 without alternatives": {"2", func(l string) []llm.TokenLogprob { return []llm.TokenLogprob{token(`{"` + l + `":"`), token("2")} }, 2. / 3},
	} {
		g := &grader{}
		g.reply = func(_ llm.Request, texts map[string]string) (llm.Response, error) {
			said, graded := map[string]string{}, ""
			for l, text := range texts {
				if said[l] = "1"; text == "graded" {
					said[l], graded = c.said, l
				}
			}
			b, _ := json.Marshal(said)
			return llm.Response{Content: string(b), Logprobs: c.tokens(graded)}, nil
		}
		vs := grade(t, judgeOf(0, 8, g), textsOf("other", "graded", "another"), 0).Verdicts
		if v := vs[1]; math.Abs(v.Score-c.want) > 1e-6 || math.Abs(vs[0].Score-1./3) > 1e-6 || vs[0].Grade != hardneg.Related {
			t.Errorf("%s: %+v", name, vs)
		}
		if !g.asked[0].Logprobs {
			t.Error("probabilities are not asked for")
		}
	}
}
