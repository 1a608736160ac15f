package judge

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// Kind is what a judge is asked of a text, and what its words mean on the scale 0-3. Kinds that do not tell "on the topic" from
// "nothing to do with it" say 0 for both.
type Kind struct {
	Name     string
	With     string // the kind of a second prompt that the same model is asked with
	Compares bool   // texts are held against what is known to answer: without that there is nothing to ask

	words   []word // from the lowest to the highest
	schema  string // name of the reply schema
	schemas [MaxSlate + 1]llm.Schema
	valueAt *regexp.Regexp // the labels of a reply, and where the value of each begins
}

// word is what a judge may say of a text.
type word struct {
	text  string
	grade hardneg.Grade
}

// unsure may be said by judges of every kind.
const unsure = "unsure"

// The kinds of judges, each the name of its prompt.
const (
	// KindGrade grades each text by itself.
	KindGrade = "grade"
	// KindRLHN holds the texts against the known answers, up to 25 in one call, as in "Fixing Data That Hurts Performance" (RLHN,
	// arXiv 2505.16967): better or equal, which is a false negative; worse, but relevant; none. Other than there, a reply that can't
	// be read is a failure and not "none".
	KindRLHN = "rlhn"
	// KindAnswerable asks of each text whether it answers, yes or no, with the score e_yes / (e_yes + e_no) where the server gives
	// probabilities (UniME-V2, arXiv 2510.13515; the reranker of Qwen3, arXiv 2506.05176).
	KindAnswerable = "answerable"
	// KindTwoPrompt asks the same in other words and the other way round, beside [KindAnswerable]: yes needs both, and so does no
	// (DocReRank, arXiv 2505.22584).
	KindTwoPrompt = "two-prompt"
)

var yesNo = []word{{"no", hardneg.Irrelevant}, {"yes", hardneg.Answers}}

var kinds = []*Kind{
	newKind(Kind{Name: KindGrade, schema: "grades",
		words: []word{{"0", hardneg.Irrelevant}, {"1", hardneg.Related}, {"2", hardneg.Partial}, {"3", hardneg.Answers}}}),
	newKind(Kind{Name: KindRLHN, Compares: true, schema: "comparisons",
		words: []word{{"none", hardneg.Irrelevant}, {"worse", hardneg.Partial}, {"better", hardneg.Answers}}}),
	newKind(Kind{Name: KindAnswerable, schema: "yes_no", words: yesNo}),
	newKind(Kind{Name: KindTwoPrompt, schema: "yes_no", words: yesNo, With: KindAnswerable}),
	snippetKind,
}

// KindOf is the kind of a judge's prompt: that of the same name, also for own prompts such as rlhn-medical; else it grades.
func KindOf(prompt string) *Kind {
	name, _, _ := strings.Cut(prompt, "@")
	for _, k := range kinds {
		if name == k.Name || strings.HasPrefix(name, k.Name+"-") {
			return k
		}
	}
	return kinds[0]
}

func newKind(k Kind) *Kind {
	var names []string
	for _, w := range k.words {
		names = append(names, w.text)
	}
	k.valueAt = regexp.MustCompile(`"([A-Y])"\s*:\s*"?(` + strings.Join(names, "|") + `)`)
	enum := `{"type":"string","enum":["` + strings.Join(append(names, unsure), `","`) + `"]}`
	for n := range k.schemas {
		var props, required []string
		for i := range n {
			props = append(props, `"`+label(i)+`":`+enum)
			required = append(required, `"`+label(i)+`"`)
		}
		k.schemas[n] = llm.Schema{Name: k.schema, JSON: []byte(`{"type":"object","properties":{` + strings.Join(props, ",") + `},"required":[` +
			strings.Join(required, ",") + `],"additionalProperties":false}`)}
	}
	return &k
}

// Schema is the reply schema of a slate of n texts: one required property a label.
func (k *Kind) Schema(n int) llm.Schema { return k.schemas[n] }

// Data is what the prompt shows.
func (k *Kind) Data(fence, query string, truth []string, texts []prompts.LabelledText) any {
	if k.Compares {
		return prompts.CompareData{Fence: fence, Query: query, Known: truth, Passages: texts}
	}
	return prompts.GradeData{Fence: fence, Query: query, Passages: texts}
}

// Fits reports a template that can't show what a judge of this kind is asked.
func (k *Kind) Fits(t *prompts.Template) error {
	_, err := t.User(k.Data("f", "query", []string{"text"}, []prompts.LabelledText{{Label: "A", Text: "text"}}))
	return err
}

// Word is how judges of this kind say a grade; "" where they have no word for it.
func (k *Kind) Word(g hardneg.Grade) string {
	for _, w := range k.words {
		if w.grade == g {
			return w.text
		}
	}
	return ""
}

// gate is the score half way between the highest grade below at and the lowest one that is not; ok is false where one of them is missing.
func (k *Kind) gate(at int) (score float64, ok bool) {
	for i, w := range k.words {
		if w.grade.Value() >= at {
			if i == 0 {
				return 0, false
			}
			return float64(k.words[i-1].grade.Value()+w.grade.Value()) / 6, true
		}
	}
	return 0, false
}

func (k *Kind) grade(text string) (hardneg.Grade, bool) {
	i := slices.IndexFunc(k.words, func(w word) bool { return w.text == text })
	if i < 0 {
		return hardneg.Ungraded, false
	}
	return k.words[i].grade, true
}

// check refuses a reply that leaves a label out, has one too many, or says anything but a verdict.
func (k *Kind) check(m map[string]string, n int) error {
	if len(m) != n {
		return fmt.Errorf("%d verdicts for %d texts", len(m), n)
	}
	for i := range n {
		said, ok := m[label(i)]
		if !ok {
			return fmt.Errorf("no verdict for text %s", label(i))
		}
		if _, known := k.grade(said); !known && said != unsure {
			return fmt.Errorf("text %s: %q is no verdict", label(i), said)
		}
	}
	return nil
}
