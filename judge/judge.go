// Package judge grades texts for a query on the scale 0-3.
//
// One judge is one prompt and one model; a cascade asks cheap judges first and passes on what needs a closer look. It owns
// the slates (which texts are graded together, under which labels) and the reading of verdicts. No grade is ever assumed: a
// reply that can't be read is a failure, and "unsure" is a verdict of its own.
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

// MaxSlate is the largest number of texts in one request: labels are A to Y.
const MaxSlate = 25

// Judge is one step of a cascade.
type Judge struct {
	Name     string // of the model in the config
	Client   llm.Client
	Settings llm.Settings
	Prompt   *prompts.Template
	System   string // the prompt's static part, rendered
	Seed     int64  // of the run
	Step     int
	Slate    int // texts a request
}

// Text is one text to be graded.
type Text struct {
	Key  hardneg.Key // zero for the query's own passage
	Text string      // as prompts.PassageText shows it
}

// Result is what came of one slate.
type Result struct {
	Verdicts []hardneg.Verdict // in the order of the texts
	Repaired []hardneg.Key
}

// Grade grades the texts of one slate for a query, whole or not at all: a request that fails for good gives every text the
// verdict *failed*. Errors are those that stop a run.
func (j *Judge) Grade(ctx context.Context, stage string, q hardneg.Query, texts []Text, retries int) (Result, error) {
	input := j.input(stage, q.Text, texts)
	var labels []string // of the last attempt, which is the one that was answered
	answer, err := llm.Ask(ctx, j.Client, retries, func(attempt int) (llm.Question[map[string]string], error) {
		labels = j.labels(stage, input, attempt, texts)
		return j.question(stage, input, q.Text, texts, labels, attempt)
	})
	if reason, ok := llm.ItemFailure(err); ok {
		return Result{Verdicts: j.failed(q, texts, reason, llm.CallOf(err))}, nil
	}
	if err != nil {
		return Result{}, err
	}
	return Result{Verdicts: j.verdicts(q, texts, labels, answer), Repaired: answer.Repaired}, nil
}

// input names a slate by content, whatever the order of its texts.
func (j *Judge) input(stage, query string, texts []Text) string {
	parts := make([]string, len(texts))
	for i, t := range texts {
		parts[i] = t.Text
	}
	slices.Sort(parts)
	return hardneg.KeyOf(append([]string{stage, strconv.Itoa(j.Step), query}, parts...)...).String()
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

func label(n int) string { return string(rune('A' + n)) }

func (j *Judge) question(stage, input, query string, texts []Text, labels []string, attempt int) (llm.Question[map[string]string], error) {
	var q llm.Question[map[string]string]
	data := prompts.GradeData{Query: query, Passages: make([]prompts.LabelledText, len(texts))}
	all := []string{query}
	for i, l := range labels {
		data.Passages[l[0]-'A'] = prompts.LabelledText{Label: l, Text: texts[i].Text}
		all = append(all, texts[i].Text)
	}
	data.Fence = prompts.Fence(j.Seed, stage, input, 0, attempt, all...)
	user, err := j.Prompt.User(data)
	if err != nil {
		return q, fmt.Errorf("prompt %s: %w", j.Prompt.Name, err)
	}
	r := j.Settings.Request()
	r.Stage, r.Input, r.Prompt = stage, input, j.Prompt.ID()
	r.System, r.User, r.Schema, r.Logprobs = j.System, user, Schema(len(texts)), true
	r.Seed = hardneg.KeyOf("seed", strconv.FormatInt(j.Seed, 10), stage, input, strconv.Itoa(attempt)).Uint64()
	q.Request = r
	q.Check = func(m map[string]string, _ llm.Response) error { return check(m, len(texts)) }
	return q, nil
}

// verdictWords are what a judge may say.
var verdictWords = []string{"0", "1", "2", "3", "unsure"}

// Schema is the reply schema of a slate of n texts: one required property a label.
func Schema(n int) llm.Schema { return schemas[n] }

var schemas = func() (out [MaxSlate + 1]llm.Schema) {
	for n := range out {
		var props, required []string
		for i := range n {
			props = append(props, `"`+label(i)+`":{"type":"string","enum":["`+strings.Join(verdictWords, `","`)+`"]}`)
			required = append(required, `"`+label(i)+`"`)
		}
		out[n] = llm.Schema{Name: "grades", JSON: []byte(`{"type":"object","properties":{` + strings.Join(props, ",") + `},"required":[` +
			strings.Join(required, ",") + `],"additionalProperties":false}`)}
	}
	return out
}()

// check refuses a reply that leaves a label out, has one too many, or says anything but a verdict.
func check(m map[string]string, n int) error {
	if len(m) != n {
		return fmt.Errorf("%d verdicts for %d texts", len(m), n)
	}
	for i := range n {
		word, ok := m[label(i)]
		if !ok {
			return fmt.Errorf("no verdict for text %s", label(i))
		}
		if !slices.Contains(verdictWords, word) {
			return fmt.Errorf("text %s: %q is no verdict", label(i), word)
		}
	}
	return nil
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
	scores := gradeScores(a.Response)
	out := make([]hardneg.Verdict, len(texts))
	for i, t := range texts {
		v := j.verdict(q, t, a.Response.Call)
		if word := a.Value[labels[i]]; word == "unsure" {
			v.Unsure = true
		} else {
			v.Grade, _ = hardneg.GradeOf(int(word[0] - '0')) // check has seen that it is 0-3
			v.Score = float64(v.Grade.Value()) / 3
			if s, ok := scores[labels[i]]; ok {
				v.Score = s
			}
		}
		out[i] = v
	}
	return out
}
