package judge

import (
	"fmt"
	"strings"
	"testing"

	"hardneg"
)

// The entries of the catalogue that are about what a judge says: a reply that is not one verdict a text is no verdict at all, for none
// of the texts, and never a grade that nobody gave.
func TestCatalogueOfVerdicts(t *testing.T) {
	for name, reply := range map[string]string{
		"M9 seven of three":            `{"A":"7","B":"0"}`,
		"M9 less than nothing":         `{"A":"-1","B":"0"}`,
		"M9 in between":                `{"A":"2.7","B":"0"}`,
		"M10 fewer than texts":         `{"A":"1"}`,
		"M10 none":                     `{}`,
		"M11 more than texts":          `{"A":"1","B":"0","C":"3"}`,
		"M11 an unknown label":         `{"A":"1","X":"0"}`,
		"M11 a label twice":            `{"A":"1","B":"0","B":"3"}`,
		"M12 numbers in place of ours": `{"1":"3","2":"0"}`,
		"M12 counted from nothing":     `{"0":"3","1":"0"}`,
		"M12 shifted by one":           `{"B":"3","C":"0"}`,
		"M14 another word":             `{"A":"maybe","B":"0"}`,
		"M14 a word for a grade":       `{"A":"relevant","B":"0"}`,
	} {
		g := &grader{reply: content(reply)}
		r := grade(t, judgeOf(0, 8, g), textsOf("a", "b"), 0)
		if states(r.Verdicts) != "failed failed" || len(g.asked) != 2 {
			t.Errorf("%s: %s after %d requests", name, states(r.Verdicts), len(g.asked))
		}
		for _, v := range r.Verdicts {
			if !strings.HasPrefix(v.Failure, "unreadable_") || v.Grade != hardneg.Ungraded || v.Score != 0 {
				t.Errorf("%s: %+v", name, v)
			}
		}
	}
}

// M13: a judge that looks at the place and not at the text gives every text every place's grade in turn, so that no text has it for good.
func TestM13AJudgeOfPlaces(t *testing.T) {
	grades := map[string]map[string]bool{}
	for seed := range int64(40) {
		g := &grader{reply: content(`{"A":"3","B":"0","C":"0"}`)}
		j := judgeOf(0, 8, g)
		j.Seed = seed
		texts := textsOf("a", "b", "c")
		for i, v := range grade(t, j, texts, 0).Verdicts {
			if grades[texts[i].Text] == nil {
				grades[texts[i].Text] = map[string]bool{}
			}
			grades[texts[i].Text][v.State()] = true
		}
	}
	for text, got := range grades {
		if len(got) != 2 {
			t.Errorf("%s is always %v, whatever its place", text, fmt.Sprint(got))
		}
	}
}
