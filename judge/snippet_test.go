package judge

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/relabel"
)

// ranker quotes and ranks by what a text says of itself: "name quotation place". A quotation of "-" is none; places are compared with
// that of the passage, which is 5.
func ranker(bad func(llm.Request) *string) *grader {
	g := &grader{}
	g.reply = func(req llm.Request, texts map[string]string) (llm.Response, error) {
		if bad != nil {
			if s := bad(req); s != nil {
				return llm.Response{Content: *s}, nil
			}
		}
		quoted := map[string]string{}
		var order []string
		for l, text := range texts {
			if quoted[l] = strings.Fields(text)[1]; quoted[l] == "-" {
				quoted[l] = ""
			}
			order = append(order, l)
		}
		slices.SortFunc(order, func(a, b string) int { return strings.Compare(lastWord(texts[a]), lastWord(texts[b])) })
		var b []byte
		if req.Schema.Name == "snippets" {
			b, _ = json.Marshal(quoted)
		} else {
			b, _ = json.Marshal(map[string]any{"ranking": order})
		}
		return llm.Response{Content: string(b)}, nil
	}
	return g
}

func snippetStep(g *grader) *Cascade {
	j := judgeOf(0, MaxSlate, g)
	j.Prompt, j.Rank, j.RankSystem = builtIn("snippet"), builtIn("rank"), "rank"
	return &Cascade{Steps: []Step{{Judge: j}}}
}

func judgeSnippets(t *testing.T, g *grader, words ...string) Judgement {
	t.Helper()
	j, err := snippetStep(g).Judge(t.Context(), About{Query: someQuery, Known: []string{"passage x 5"}}, itemsOf(words...))
	if err != nil {
		t.Fatal(err)
	}
	for _, vs := range j.New {
		if err := vs[0].Validate(); err != nil {
			t.Error(err)
		}
	}
	return j
}

func statesOf(j Judgement) string {
	var out []string
	for _, vs := range j.New {
		out = append(out, states(vs))
	}
	return strings.Join(out, " ")
}

func TestQuotedTextsAreRankedWithThePassage(t *testing.T) {
	g := ranker(nil)
	j := judgeSnippets(t, g, "a - 1", "b b 1", "c c 9", "d - 9", "e e 4")
	if got := statesOf(j); got != "0 3 2 0 3" {
		t.Errorf("verdicts %s", got)
	}
	if len(g.asked) != 2 || g.asked[0].Prompt == g.asked[1].Prompt || g.asked[0].Input == g.asked[1].Input || len(g.slates[1]) != 4 ||
		!slices.Contains(g.slates[1], "passage x 5") || g.asked[1].System != "rank" {
		t.Errorf("slates %q", g.slates)
	}
	var cs []relabel.Judged
	for i, vs := range j.New {
		cs = append(cs, relabel.Judged{Candidate: hardneg.Candidate{Key: itemsOf("a", "b", "c", "d", "e")[i].Candidate.Key, Was: hardneg.LabelNegative}, Verdicts: vs})
	}
	var labels []string
	for _, d := range (relabel.Rules{Policy: relabel.Relabel, NegativeAt: 1, FalseNegativeAt: 3, MaxFalseNegatives: 7}).Decide(cs) {
		labels = append(labels, string(d.Label))
	}
	if got := strings.Join(labels, " "); got != "negative positive dropped negative positive" { // ARHN's promote and exclude
		t.Error(got)
	}
	for i, quoted := range []bool{false, true, true, false, true} {
		first, last := g.asked[0].Key(), j.New[i][0].Origin.Call
		if quoted != (last == g.asked[1].Key()) || quoted != (len(j.Opinions[i]) == 1 && j.Opinions[i][0].Origin.Call == first) {
			t.Errorf("text %d: verdict of call %s, opinions %+v", i, last, j.Opinions[i])
		}
	}
}

func TestWithoutAQuotationNothingIsRanked(t *testing.T) {
	g := ranker(nil)
	if got := statesOf(judgeSnippets(t, g, "a - 1", "b - 9")); got != "0 0" || len(g.asked) != 1 {
		t.Errorf("%s after %d requests", got, len(g.asked))
	}
}

func TestAQuotationThatDoesNotStandInTheTextDecidesNothing(t *testing.T) {
	if got := statesOf(judgeSnippets(t, ranker(nil), "a - 1", "b b 1")); got != "0 3" {
		t.Error(got)
	}
	invented := func(req llm.Request) *string {
		s := `{"A":"The river is 2,850 km long.","B":"The river is 2,850 km long."}`
		return map[bool]*string{true: &s}[req.Schema.Name == "snippets"]
	}
	g := ranker(invented)
	if got := statesOf(judgeSnippets(t, g, "a a 1", "b b 1")); got != "unsure unsure" || len(g.asked) != 1 {
		t.Errorf("%s after %d requests", got, len(g.asked))
	}
	for snippet, want := range map[string]bool{"is 2850 km": true, "IS  2850\nkm": true, `"is 2850 km."`: true, "…is 2850 km…": true, "was 2850 km": false, "...": false, "": false} {
		if got := quotes("The river is 2850 km long.", snippet); got != want {
			t.Errorf("%q: %v", snippet, got)
		}
	}
}

func TestUnreadableRankingsFailOnlyWhatWasToBeRanked(t *testing.T) {
	for name, reply := range map[string]string{"prose": "B is best", "a label twice": `{"ranking":["A","A","B"]}`, "a label less": `{"ranking":["A","B"]}`,
		"a label of none": `{"ranking":["A","B","Z"]}`, "empty": `{"ranking":[]}`} {
		g := ranker(func(req llm.Request) *string { return map[bool]*string{true: &reply}[req.Schema.Name == "ranking"] })
		if got := statesOf(judgeSnippets(t, g, "a - 1", "b b 1", "c c 9")); got != "0 failed failed" || len(g.asked) != 3 {
			t.Errorf("%s: %s after %d requests", name, got, len(g.asked))
		}
	}
	for name, reply := range map[string]string{"a label less": `{"A":""}`, "one too many": `{"A":"","B":"","C":"","D":""}`, "null": `null`, "a list": `["",""]`} {
		g := ranker(func(req llm.Request) *string { return &reply })
		if got := statesOf(judgeSnippets(t, g, "a - 1", "b b 1", "c c 9")); got != "failed failed failed" || len(g.asked) != 2 {
			t.Errorf("%s: %s after %d requests", name, got, len(g.asked))
		}
	}
}

func TestAnErrorThatStopsARunStopsARanking(t *testing.T) {
	stop := errors.New("disk full")
	g := ranker(nil)
	answer := g.reply
	g.reply = func(req llm.Request, texts map[string]string) (llm.Response, error) {
		if req.Schema.Name == "ranking" {
			return llm.Response{}, stop
		}
		return answer(req, texts)
	}
	if _, err := snippetStep(g).Judge(t.Context(), About{Query: someQuery, Known: []string{"passage x 5"}}, itemsOf("b b 1")); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// 25 texts and the passage are one more than there are labels of other judges.
func TestTheLargestSlateIsRanked(t *testing.T) {
	var words []string
	for i := range MaxSlate {
		words = append(words, string(rune('a'+i))+" "+string(rune('a'+i))+" 1")
	}
	g := ranker(nil)
	j := judgeSnippets(t, g, words...)
	if got := statesOf(j); got != strings.TrimSpace(strings.Repeat("3 ", MaxSlate)) || len(g.asked) != 2 {
		t.Errorf("%s after %d requests", got, len(g.asked))
	}
	if g.asked[1].Schema.Name != "ranking" || hardneg.Answers != j.New[0][0].Grade {
		t.Error(g.asked[1].Schema.Name)
	}
}
