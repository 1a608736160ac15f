// Package judge grades texts for a query on the scale 0-3.
//
// One judge is one prompt and one model; the prompt's name says what is asked ([Kind]), and the scale is the same for all. A
// cascade asks cheap judges first and passes on what needs a closer look. It owns the slates (which texts are graded together,
// under which labels) and the reading of verdicts. No grade is ever assumed: a reply that can't be read is a failure, and
// "unsure" is a verdict of its own.
package judge

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// MaxSlate is the largest number of texts in one request: labels are A to Y.
const MaxSlate = 25

// Judge is one step of a cascade.
type Judge struct {
	Name     string // of the model in the config
	Client   llm.Client
	Settings llm.Settings
	Prompt   *prompts.Template
	System   string // the prompt's static part, rendered

	Rank       *prompts.Template // of kind snippet: the prompt of its second question
	RankSystem string

	Seed   int64 // of the run
	Step   int
	Member int // place among the judges of its step
	Slate  int // texts a request

	Scoreless func() // called for each reply without the probabilities that scores are made of; nil: nobody minds
}

// Text is one text to be graded.
type Text struct {
	Key  hardneg.Key // zero for the query's own passage
	Text string      // as prompts.PassageText shows it
}

// Result is what came of one slate.
type Result struct {
	Verdicts []hardneg.Verdict   // in the order of the texts
	Opinions [][]hardneg.Opinion // beside them; nil where a judge says one thing only
	Repaired []hardneg.Key
	Places   []int // where each text stood, from 1; nil where a verdict hangs on more than one order, or on none
}

// About is what a slate is judged for.
type About struct {
	Stage   string
	Query   hardneg.Query
	Known   []string // texts that are taken to answer the query, for judges that compare
	Retries int      // how often `gen retry` was used on the query
	Look    string   // "": the first look; else which second one it is
}

// sample tells a second look's request from that of the first.
func (a About) sample() int {
	if a.Look == "" {
		return 0
	}
	return 1
}

// Grade grades the texts of one slate for a query, whole or not at all: a request that fails for good gives every text the
// verdict *failed*. Errors are those that stop a run.
func (j *Judge) Grade(ctx context.Context, a About, texts []Text) (Result, error) {
	if !j.Kind().Compares {
		a.Known = nil
	}
	if j.Kind().Name == KindSnippet {
		return j.quoteAndRank(ctx, a, texts)
	}
	input := j.input(a, texts)
	var labels []string // of the last attempt, which is the one that was answered
	answer, err := llm.Ask(ctx, j.Client, a.Retries, func(attempt int) (llm.Question[map[string]string], error) {
		labels = j.labels(a.Stage, input, attempt, texts)
		if a.Look == hardneg.LookSwap {
			labels = opposite(labels)
		}
		return j.question(a, input, texts, labels, attempt)
	})
	if reason, ok := llm.ItemFailure(err); ok {
		return Result{Verdicts: j.failed(a.Query, texts, reason, llm.CallOf(err))}, nil
	}
	if err != nil {
		return Result{}, err
	}
	return Result{Verdicts: j.verdicts(a.Query, texts, labels, answer), Repaired: answer.Repaired, Places: places(labels)}, nil
}

// Kind is what the judge is asked, by the name of its prompt.
func (j *Judge) Kind() *Kind { return KindOf(j.Prompt.Name) }

// input names a slate by content, whatever the order of its texts.
func (j *Judge) input(a About, texts []Text) string {
	parts := make([]string, len(texts))
	for i, t := range texts {
		parts[i] = t.Text
	}
	slices.Sort(parts)
	of := append([]string{a.Stage, strconv.Itoa(j.Step), a.Query.Text}, parts...)
	if j.Member > 0 {
		of = append(of, "member", strconv.Itoa(j.Member))
	}
	if len(a.Known) > 0 {
		of = append(append(of, "known"), a.Known...)
	}
	return hardneg.KeyOf(of...).String()
}

// labels says which label each text gets: the alphabet is fixed, the order is drawn for every attempt.
func (j *Judge) labels(stage, input string, attempt int, texts []Text) []string {
	type drawn struct {
		key hardneg.Key
		i   int
	}
	order := make([]drawn, len(texts))
	for i, t := range texts {
		order[i] = drawn{hardneg.KeyOf("label", strconv.FormatInt(j.Seed, 10), stage, input, strconv.Itoa(attempt), t.Text), i}
	}
	slices.SortFunc(order, func(a, b drawn) int {
		if c := slices.Compare(a.key[:], b.key[:]); c != 0 {
			return c
		}
		return a.i - b.i
	})
	labels := make([]string, len(texts))
	for n, d := range order {
		labels[d.i] = label(n)
	}
	return labels
}

// opposite gives the texts their labels in the opposite order.
func opposite(labels []string) []string {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = label(len(labels) - 1 - int(l[0]-'A'))
	}
	return out
}

// places are those of labels, from 1.
func places(labels []string) []int {
	out := make([]int, len(labels))
	for i, l := range labels {
		out[i] = int(l[0]-'A') + 1
	}
	return out
}

func label(n int) string { return string(rune('A' + n)) }

func (j *Judge) question(a About, input string, texts []Text, labels []string, attempt int) (llm.Question[map[string]string], error) {
	var q llm.Question[map[string]string]
	shown := make([]prompts.LabelledText, len(texts))
	all := append([]string{a.Query.Text}, a.Known...)
	for i, l := range labels {
		shown[l[0]-'A'] = prompts.LabelledText{Label: l, Text: texts[i].Text}
		all = append(all, texts[i].Text)
	}
	kind := j.Kind()
	fence := prompts.Fence(j.Seed, a.Stage, input, a.sample(), attempt, all...)
	user, err := j.Prompt.User(kind.Data(fence, a.Query.Text, a.Known, shown))
	if err != nil {
		return q, fmt.Errorf("prompt %s: %w", j.Prompt.Name, err)
	}
	r := j.request(a, input, attempt)
	r.Prompt, r.System, r.User, r.Schema, r.Logprobs = j.Prompt.ID(), j.System, user, kind.Schema(len(texts)), true
	q.Request = r
	q.Check = func(m map[string]string, _ llm.Response) error { return kind.check(m, len(texts)) }
	return q, nil
}

// request is what the requests of a judge have in common.
func (j *Judge) request(a About, input string, attempt int) llm.Request {
	r := j.Settings.Request()
	r.Stage, r.Input, r.Sample = a.Stage, input, a.sample()
	seed := []string{"seed", strconv.FormatInt(j.Seed, 10), a.Stage, input, strconv.Itoa(attempt)}
	if r.Sample > 0 {
		seed = append(seed, strconv.Itoa(r.Sample))
	}
	r.Seed = hardneg.KeyOf(seed...).Uint64()
	return r
}

func (j *Judge) verdict(q hardneg.Query, t Text, call hardneg.Key) hardneg.Verdict {
	return hardneg.Verdict{Query: q.Key, Candidate: t.Key, Step: j.Step, Judge: j.Settings.Model,
		Origin: hardneg.Origin{Method: j.Name, Model: j.Settings.Model, Prompt: j.Prompt.ID(), Call: call}}
}

func (j *Judge) failed(q hardneg.Query, texts []Text, reason string, call hardneg.Key) []hardneg.Verdict {
	out := make([]hardneg.Verdict, len(texts))
	for i, t := range texts {
		out[i] = j.verdict(q, t, call)
		out[i].Failure = reason
	}
	return out
}

func (j *Judge) verdicts(q hardneg.Query, texts []Text, labels []string, a llm.Answer[map[string]string]) []hardneg.Verdict {
	kind := j.Kind()
	scores := kind.scores(a.Response)
	if len(a.Response.Logprobs) == 0 && j.Scoreless != nil {
		j.Scoreless()
	}
	out := make([]hardneg.Verdict, len(texts))
	for i, t := range texts {
		v := j.verdict(q, t, a.Response.Call)
		if grade, ok := kind.grade(a.Value[labels[i]]); !ok {
			v.Unsure = true // check has seen that it is no other word
		} else {
			v.Grade = grade
			v.Score = float64(v.Grade.Value()) / 3
			if s, ok := scores[labels[i]]; ok {
				v.Score = s
			}
		}
		out[i] = v
	}
	return out
}
