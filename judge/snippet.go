package judge

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// KindSnippet is the judge of ARHN (arXiv 2604.11092): first it has to quote from each text what answers the query, or nothing; then
// it ranks those that it quoted from, and the query's own passage among them, by how directly they answer. Above the passage: a false
// negative. Below it: it answers all the same, and is no negative. Not quoted from: a negative. A quotation that does not stand in
// its text leaves that text undecided.
const KindSnippet = "snippet"

// placeQuote is the place of the first of its two answers among the opinions of a step.
const placeQuote = 200

var snippetKind = newKind(Kind{Name: KindSnippet, Compares: true, schema: "snippets",
	words: []word{{"no snippet", hardneg.Irrelevant}, {"below the passage", hardneg.Partial}, {"above the passage", hardneg.Answers}}})

// snippetSchemas ask for a text for each label, rankSchemas for all labels in an order.
var snippetSchemas, rankSchemas = func() (quotes, ranks [MaxSlate + 2]llm.Schema) {
	for n := range quotes {
		var props, required []string
		for i := range n {
			props = append(props, `"`+label(i)+`":{"type":"string"}`)
			required = append(required, `"`+label(i)+`"`)
		}
		list, size := strings.Join(required, ","), strconv.Itoa(n)
		quotes[n] = llm.Schema{Name: "snippets", JSON: []byte(`{"type":"object","properties":{` + strings.Join(props, ",") + `},"required":[` + list +
			`],"additionalProperties":false}`)}
		ranks[n] = llm.Schema{Name: "ranking", JSON: []byte(`{"type":"object","properties":{"ranking":{"type":"array","items":{"type":"string","enum":[` + list +
			`]},"minItems":` + size + `,"maxItems":` + size + `}},"required":["ranking"],"additionalProperties":false}`)}
	}
	return quotes, ranks
}()

// quoteAndRank is [Judge.Grade] of kind snippet.
func (j *Judge) quoteAndRank(ctx context.Context, a About, texts []Text) (Result, error) {
	input := j.input(a, texts)
	var labels []string
	answer, err := llm.Ask(ctx, j.Client, a.Retries, func(attempt int) (llm.Question[map[string]string], error) {
		labels = j.labels(a.Stage, input, attempt, texts)
		if a.Look == hardneg.LookSwap {
			labels = opposite(labels)
		}
		q, err := j.question(a, input, texts, labels, attempt)
		q.Request.Schema, q.Request.Logprobs = snippetSchemas[len(texts)], false
		q.Check = func(m map[string]string, _ llm.Response) error { return hasLabels(m, len(texts)) }
		return q, err
	})
	if reason, ok := llm.ItemFailure(err); ok {
		return Result{Verdicts: j.failed(a.Query, texts, reason, llm.CallOf(err))}, nil
	}
	if err != nil {
		return Result{}, err
	}
	if j.Scoreless != nil {
		j.Scoreless() // places in an order are all that it says
	}
	out, quoted := j.quoted(a, texts, labels, answer)
	if len(quoted) > 0 {
		err = j.rank(ctx, a, texts, quoted, &out)
	}
	return out, err
}

// quoted makes verdicts of the quotations, and lists the texts that are to be ranked.
func (j *Judge) quoted(a About, texts []Text, labels []string, answer llm.Answer[map[string]string]) (out Result, quoted []int) {
	out = Result{Repaired: answer.Repaired, Opinions: make([][]hardneg.Opinion, len(texts))}
	for i, t := range texts {
		v := j.verdict(a.Query, t, answer.Response.Call)
		switch snippet := strings.TrimSpace(answer.Value[labels[i]]); {
		case snippet == "":
			v.Grade = hardneg.Irrelevant
		case !quotes(t.Text, snippet):
			v.Unsure = true
		default:
			quoted = append(quoted, i)
			v.Grade, v.Score = hardneg.Partial, 2./3
			out.Opinions[i] = []hardneg.Opinion{{Verdict: v, N: placeQuote, Role: hardneg.LookQuote}}
		}
		out.Verdicts = append(out.Verdicts, v)
	}
	return out, quoted
}

// rank replaces the verdicts on the texts that were quoted from by what comes of their order.
func (j *Judge) rank(ctx context.Context, a About, texts []Text, quoted []int, out *Result) error {
	ranked := make([]Text, 0, len(quoted)+1)
	for _, i := range quoted {
		ranked = append(ranked, texts[i])
	}
	ranked = append(ranked, Text{Text: a.Known[0]})
	input := hardneg.KeyOf("rank", j.input(a, ranked)).String()
	var labels []string
	answer, err := llm.Ask(ctx, j.Client, a.Retries, func(attempt int) (llm.Question[ranking], error) {
		labels = j.labels(a.Stage, input, attempt, ranked)
		if a.Look == hardneg.LookSwap {
			labels = opposite(labels)
		}
		return j.rankQuestion(a, input, ranked, labels, attempt)
	})
	reason, failed := llm.ItemFailure(err)
	if err != nil && !failed {
		return err
	}
	out.Repaired = append(out.Repaired, answer.Repaired...)
	place := slices.Index(answer.Value.Ranking, labels[len(ranked)-1])
	for n, i := range quoted {
		v := j.verdict(a.Query, texts[i], answer.Response.Call)
		switch {
		case failed:
			v = j.failed(a.Query, texts[i:i+1], reason, llm.CallOf(err))[0]
		case slices.Index(answer.Value.Ranking, labels[n]) < place:
			v.Grade, v.Score = hardneg.Answers, 1
		default:
			v.Grade, v.Score = hardneg.Partial, 2./3
		}
		out.Verdicts[i] = v
	}
	return nil
}

// ranking is the labels of texts, the one that answers most directly first.
type ranking struct {
	Ranking []string `json:"ranking"`
}

func (j *Judge) rankQuestion(a About, input string, ranked []Text, labels []string, attempt int) (llm.Question[ranking], error) {
	data := prompts.RankData{Query: a.Query.Text, Texts: make([]prompts.LabelledText, len(ranked))}
	all := []string{a.Query.Text}
	for i, l := range labels {
		data.Texts[l[0]-'A'] = prompts.LabelledText{Label: l, Text: ranked[i].Text}
		all = append(all, ranked[i].Text)
	}
	data.Fence = prompts.Fence(j.Seed, a.Stage, input, a.sample(), attempt, all...)
	user, err := j.Rank.User(data)
	if err != nil {
		return llm.Question[ranking]{}, fmt.Errorf("prompt %s: %w", j.Rank.Name, err)
	}
	r := j.request(a, input, attempt)
	r.Prompt, r.System, r.User, r.Schema = j.Rank.ID(), j.RankSystem, user, rankSchemas[len(ranked)]
	return llm.Question[ranking]{Request: r, Check: func(x ranking, _ llm.Response) error {
		if !slices.Equal(slices.Sorted(slices.Values(x.Ranking)), slices.Sorted(slices.Values(labels))) {
			return fmt.Errorf("ranking %q is not an order of %q", x.Ranking, labels)
		}
		return nil
	}}, nil
}

// hasLabels refuses a reply that leaves a label out or has one too many.
func hasLabels(m map[string]string, n int) error {
	for i := range n {
		if _, ok := m[label(i)]; !ok {
			return fmt.Errorf("nothing is said of text %s", label(i))
		}
	}
	if len(m) != n {
		return fmt.Errorf("%d answers for %d texts", len(m), n)
	}
	return nil
}

// quotes reports whether a snippet stands in a text, whatever the spaces, capitals and the marks around it.
func quotes(text, snippet string) bool {
	plain := func(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
	s := strings.Trim(plain(snippet), "\"'“”„«»…. ")
	return s != "" && strings.Contains(plain(text), s)
}
