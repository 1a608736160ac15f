package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
	"hardneg/relabel"
)

// replayer answers as a judge of RLHN did, whatever the labels and the slates: by the texts that it is shown.
type replayer struct {
	words map[string]map[string]string // by query and text
	known map[string]int               // known answers that were shown, by query
}

func replayerOf(t *testing.T, rows []rlhnRow) *replayer {
	r := &replayer{map[string]map[string]string{}, map[string]int{}}
	for _, row := range rows {
		said := row.said(t)
		if said == nil {
			t.Fatalf("query %s: the reply has no verdict", row.ID)
		}
		r.words[row.Query] = map[string]string{}
		for _, n := range row.Negatives {
			r.words[row.Query][prompts.PassageText(n.Title, n.Text)] = said[n.DocID]
		}
	}
	return r
}

func (r *replayer) Complete(_ context.Context, req llm.Request) (llm.Response, error) {
	query := shownQuery.FindStringSubmatch(req.User)[2]
	r.known[query] = strings.Count(req.User, "<<<known answer ")
	_, texts := shown(req.User)
	said := map[string]string{}
	for label, text := range texts {
		word, ok := r.words[query][text]
		if !ok {
			return llm.Response{}, fmt.Errorf("nothing is recorded of %q for %q", text, query)
		}
		said[label] = word
	}
	b, err := json.Marshal(said)
	return llm.Response{Content: string(b), FinishReason: "stop", Call: req.Key()}, err
}

var rlhnPrompt = builtIn("rlhn")

// rlhnCascade is RLHN's: a judge of recall on all queries, a judge of precision on all texts of those in which it found anything.
func rlhnCascade(first, second llm.Client) *Cascade {
	c := &Cascade{}
	for step, client := range []llm.Client{first, second} {
		j := judgeOf(step, MaxSlate, client)
		j.Prompt = rlhnPrompt
		c.Steps = append(c.Steps, Step{Judge: j, ForwardAt: 1, Whole: true})
	}
	return c
}

// judgedRow takes the negatives of a row through the cascade, with its first positive as the query's own passage.
func judgedRow(t *testing.T, c *Cascade, row rlhnRow) []relabel.Judged {
	t.Helper()
	q := hardneg.Query{Key: hardneg.KeyOf(row.ID), Text: row.Query}
	var items []Item
	for _, n := range row.Negatives {
		items = append(items, Item{Candidate: hardneg.Candidate{Key: hardneg.KeyOf(row.ID, n.DocID), Query: q.Key, DocID: n.DocID, Title: n.Title, Text: n.Text,
			Source: hardneg.SourceImported, Was: hardneg.LabelNegative}})
	}
	var known []string
	for _, p := range row.Positives {
		known = append(known, prompts.PassageText(p.Title, p.Text))
	}
	j, err := c.Judge(t.Context(), About{Query: q, Known: known}, items)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]relabel.Judged, len(items))
	for i, it := range items {
		out[i] = relabel.Judged{Candidate: it.Candidate, Verdicts: j.New[i]}
	}
	return out
}

// The golden figures of the recorded replies: flagged documents better and worse, 5 and 50 by the first judge, 2 and 21 by the
// second, who was asked of exactly the queries that upstream lists; and what the four policies make of them.
func TestTheRepliesOfRLHNsJudgesGiveItsFigures(t *testing.T) {
	stage1, stage2, flagged := rlhnData(t)
	first, second := replayerOf(t, stage1), replayerOf(t, stage2)
	cascade := rlhnCascade(first, second)
	words := map[string]int{}
	var forwarded []string
	same, both := 0, 0
	judged := map[string][]relabel.Judged{}
	for _, row := range stage1 {
		judged[row.ID] = judgedRow(t, cascade, row)
		asked := false
		for _, c := range judged[row.ID] {
			for _, v := range c.Verdicts {
				words[fmt.Sprint(v.Step+1, " ", KindOf(v.Origin.Prompt).Word(v.Grade))]++
			}
			if len(c.Verdicts) == 2 {
				asked = true
				both++
				if (c.Verdicts[0].Grade == hardneg.Irrelevant) == (c.Verdicts[1].Grade == hardneg.Irrelevant) { // flagged by both, or by neither
					same++
				}
			}
		}
		if asked {
			forwarded = append(forwarded, row.ID)
		}
		if first.known[row.Query] != len(row.Positives) {
			t.Errorf("query %s: %d of %d known answers were shown", row.ID, first.known[row.Query], len(row.Positives))
		}
	}
	if want := map[string]int{"1 better": 5, "1 worse": 50, "1 none": 320, "2 better": 2, "2 worse": 21, "2 none": 232}; !maps.Equal(words, want) {
		t.Errorf("verdicts %v, want %v", words, want)
	}
	if slices.Sort(forwarded); !slices.Equal(forwarded, slices.Sorted(slices.Values(flagged))) {
		t.Errorf("the second judge was asked of %q, want %q", forwarded, flagged)
	}
	if same != 215 || both != 255 {
		t.Errorf("the judges agree on %d of %d, want 215 of 255", same, both)
	}
	wantPolicies(t, judged)
}

// wantPolicies checks RLHN's operations under the names of the contract. A text that is relevant, but not preferred, stays a negative.
func wantPolicies(t *testing.T, judged map[string][]relabel.Judged) {
	t.Helper()
	type sums struct{ queries, negatives, positives int }
	for _, c := range []struct {
		rlhn, policy string
		want         sums
	}{
		{"default", relabel.Keep, sums{25, 375, 0}},
		{"remove", relabel.RemoveQuery, sums{24, 360, 0}},
		{"hn_remove", relabel.RemoveNegative, sums{25, 373, 0}},
		{"rlhn", relabel.Relabel, sums{25, 373, 2}},
	} {
		rules := relabel.Rules{Policy: c.policy, NegativeAt: 1, FalseNegativeAt: 3, KeepAmbiguous: true, MaxFalseNegatives: 7}
		var got sums
		for _, cs := range judged {
			left := 0
			for _, d := range rules.Decide(cs) {
				switch d.Label {
				case hardneg.LabelNegative:
					got.negatives++
					left++
				case hardneg.LabelPositive:
					got.positives++
				}
			}
			if left > 0 {
				got.queries++
			}
		}
		if got != c.want {
			t.Errorf("%s (%s): %+v, want %+v", c.rlhn, c.policy, got, c.want)
		}
	}
}

// Upstream takes a reply that it can't read for one that found nothing. Here its texts have failed, whatever stands in the reply.
func TestABrokenReplyOfRLHNIsNotClean(t *testing.T) {
	stage1, _, _ := rlhnData(t)
	for name, reply := range map[string]string{
		"in upstream's own format": stage1[0].Response,
		"cut":                      stage1[0].Response[:len(stage1[0].Response)/2],
		"without a verdict":        "<verdict></verdict>",
		"a word of another kind":   `{"A":"3"}`,
	} {
		g := &grader{reply: content(reply)}
		row := stage1[0]
		row.Negatives = row.Negatives[:1]
		cs := judgedRow(t, rlhnCascade(g, g), row)
		if got := states(cs[0].Verdicts); got != "failed failed" || len(g.asked) != 4 {
			t.Errorf("%s: %s after %d requests", name, got, len(g.asked))
		}
		d := relabel.Rules{Policy: relabel.Relabel, NegativeAt: 1, FalseNegativeAt: 3, MaxFalseNegatives: 7}.Decide(cs)
		if d[0].Label != hardneg.LabelFailed {
			t.Errorf("%s: it counts as %s", name, d[0].Label)
		}
	}
}

// A text that comes later and is passed on does not have those asked about again that were decided before.
func TestWhatTakesItsQueryAlong(t *testing.T) {
	for name, c := range map[string]struct {
		words []string            // text, then what each judge says of it
		stood map[string][]string // verdicts of an earlier round, by text
		want  string
	}{
		"nothing is flagged":             {[]string{"a none none", "b none better"}, nil, "0|0"},
		"one takes the other along":      {[]string{"a none worse", "b worse better"}, nil, "0 2|2 3"},
		"so does one that is undecided":  {[]string{"a none none", "b unsure none"}, nil, "0 0|unsure 0"},
		"what was decided stays so":      {[]string{"a none worse", "b worse worse"}, map[string][]string{"a none worse": {"none"}}, "|2 2"},
		"what comes later is taken, too": {[]string{"a none worse", "b worse worse"}, map[string][]string{"b worse worse": {"worse", "worse"}}, "0 2|"},
		"what was failed is asked again": {[]string{"a none worse", "b worse worse"}, map[string][]string{"a none worse": {"none"}, "b worse worse": {"worse", "worse"}}, "2|"},
	} {
		cascade, gs := cascadeOf(MaxSlate, 1, 1)
		for i := range cascade.Steps {
			cascade.Steps[i].Whole, cascade.Steps[i].Judge.Prompt = true, rlhnPrompt
		}
		items := itemsOf(c.words...)
		for i, w := range c.words {
			for step, said := range c.stood[w] {
				g, _ := KindOf("rlhn").grade(said)
				items[i].Verdicts = append(items[i].Verdicts, hardneg.Verdict{Step: step, Grade: g})
			}
		}
		if got := strings.Join(judgeItems(t, cascade, items), "|"); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if c.stood == nil && len(gs[0].asked) != 1 {
			t.Errorf("%s: %d requests", name, len(gs[0].asked))
		}
	}
}

// An imported positive is among the known answers, and is itself held against the query's passage alone.
func TestImportedPositivesAreKnownAnswers(t *testing.T) {
	cascade, gs := cascadeOf(MaxSlate, 1)
	cascade.Steps[0].Judge.Prompt = rlhnPrompt
	items := itemsOf("a better", "b none", "c worse")
	items[0].Candidate.Was = hardneg.LabelPositive
	j, err := cascade.Judge(t.Context(), About{Query: someQuery, Known: []string{"the source"}}, items)
	if err != nil || states(j.New[0])+states(j.New[1])+states(j.New[2]) != "302" || len(gs[0].asked) != 2 {
		t.Fatalf("%v %v, %d requests", j, err, len(gs[0].asked))
	}
	for _, r := range gs[0].asked {
		_, texts := shown(r.User)
		source, positive := strings.Contains(r.User, "\nthe source\n"), strings.Contains(r.User, "\na better\n")
		if !source || !positive || len(texts) == 1 == strings.Contains(r.User, "<<<known answer 2 ") {
			t.Errorf("known answers and texts are mixed up:\n%s", r.User)
		}
	}
}
