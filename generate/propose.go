package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// commission is what a strategy asks of its writer in one request.
type commission struct {
	about   []string // what the request is about: it names the input, and no fence stands in it
	slots   Span     // one text for each
	schema  llm.Schema
	history []llm.Turn
	lengths []prompts.Length                                 // nil: drawn from the style card
	data    func(fence string, lengths []prompts.Length) any // of the prompt's user part
}

// proposalsReply is a reply with texts. It may hold more or fewer than were asked for.
type proposalsReply interface {
	check(llm.Response) error
	proposals() []Proposal
}

// commissioned asks for texts under a name, each with a length drawn from the style card, and reads them.
func commissioned[T proposalsReply](ctx context.Context, w *Writer, name string, card StyleCard, c commission, retries int) (Proposals, error) {
	input := hardneg.KeyOf(append([]string{StageNegatives, name}, c.about...)...).String()
	lengths := c.lengths
	if lengths == nil {
		lengths = w.lengths(card, input, c.slots)
	}
	answer, err := llm.Ask(ctx, w.Client, retries, func(attempt int) (llm.Question[T], error) {
		fence := prompts.Fence(w.Seed, StageNegatives, input, c.slots.From, attempt, slices.Concat(c.about, c.slots.Stand)...)
		user, err := w.user(c.data(fence, lengths), fence, c.slots)
		if err != nil {
			return llm.Question[T]{}, fmt.Errorf("prompt %s: %w", w.Prompt.Name, err)
		}
		r := w.request(StageNegatives, input, user, c.schema, c.slots.From, attempt)
		r.History = c.history
		r.Cap(func(n int) int { return roomFor(lengths, n) })
		return llm.Question[T]{Request: r, Check: T.check}, nil
	})
	if err != nil {
		return Proposals{}, err
	}
	out := Proposals{Call: answer.Response.Call, Repaired: answer.Repaired, Texts: answer.Value.proposals()}
	out.Texts = out.Texts[:min(c.slots.N, len(out.Texts))]
	for i := range out.Texts {
		t := &out.Texts[i]
		t.Cut = utf8.RuneCountInString(t.Text) >= maxNegativeRunes
		t.Text, t.Breaks = strings.TrimSpace(t.Text), strings.TrimSpace(t.Breaks)
		t.Min, t.Max = lengths[i].Min, lengths[i].Max
	}
	return out, nil
}

// user renders the user part of a request, with what was written before behind it.
func (w *Writer) user(data any, fence string, slots Span) (string, error) {
	user, err := w.Prompt.User(data)
	if err != nil {
		return "", err
	}
	before, err := prompts.Further(fence, slots.Stand)
	return user + before, err
}

// lengths draws the lengths of texts.
func (w *Writer) lengths(card StyleCard, input string, slots Span) []prompts.Length {
	out := make([]prompts.Length, slots.N)
	for i := range out {
		out[i].Min, out[i].Max = card.Length(w.draw("length", input, strconv.Itoa(slots.From+i)))
	}
	return out
}

// maxNegativeRunes is more than 260 words, the most that is asked for, and the highest bound that llama.cpp takes: above it, the
// schema ends the model's process in Ollama. A text that reaches it was cut off there.
const maxNegativeRunes = 2000

// negativesReply is the reply of the strategies that write down what a query demands before they break it.
type negativesReply struct {
	Need         string   `json:"need"`
	Requirements []string `json:"requirements"`
	Negatives    []struct {
		Breaks string `json:"breaks"`
		Text   string `json:"text"`
	} `json:"negatives"`
}

// check refuses a reply without the list. One that is shorter than asked for is read: what is left out of it is missing.
func (r negativesReply) check(llm.Response) error {
	if r.Negatives == nil {
		return errors.New("there is no list of negatives in it")
	}
	return nil
}

func (r negativesReply) proposals() (out []Proposal) {
	for _, t := range r.Negatives {
		out = append(out, Proposal{Text: t.Text, Breaks: t.Breaks})
	}
	return out
}

// negativesSchema bounds everything that a model could make endless. Its order is the order of the work.
func negativesSchema(n int) llm.Schema {
	return llm.Schema{Name: "negatives", JSON: []byte(fmt.Sprintf(`{"type":"object","properties":{"need":{"type":"string","maxLength":400},`+
		`"requirements":{"type":"array","minItems":1,"maxItems":4,"items":{"type":"string","maxLength":300}},`+
		`"negatives":{"type":"array","minItems":%d,"maxItems":%d,"items":{"type":"object","properties":{"breaks":{"type":"string","maxLength":300},`+
		`"text":{"type":"string","maxLength":%d}},"required":["breaks","text"],"additionalProperties":false}}},`+
		`"required":["need","requirements","negatives"],"additionalProperties":false}`, n, n, maxNegativeRunes))}
}

// passagesReply is the reply of the strategies that ask for nothing but texts.
type passagesReply struct {
	Passages []struct {
		Text string `json:"text"`
	} `json:"passages"`
}

func (r passagesReply) check(llm.Response) error {
	if r.Passages == nil {
		return errors.New("there is no list of passages in it")
	}
	return nil
}

func (r passagesReply) proposals() (out []Proposal) {
	for _, t := range r.Passages {
		out = append(out, Proposal{Text: t.Text})
	}
	return out
}

func passagesSchema(n int) llm.Schema {
	return llm.Schema{Name: "passages", JSON: []byte(fmt.Sprintf(`{"type":"object","properties":{"passages":{"type":"array","minItems":%d,"maxItems":%d,`+
		`"items":{"type":"object","properties":{"text":{"type":"string","maxLength":%d}},"required":["text"],"additionalProperties":false}}},`+
		`"required":["passages"],"additionalProperties":false}`, n, n, maxNegativeRunes))}
}

// What a reply may take, in tokens: two a word serve most languages, and the analysis is a need, requirements and what is broken.
const (
	tokensPerWord  = 2
	tokensOfAnswer = 400
)

// roomFor is the token cap of a request for texts of these lengths: the configured one, and up to twice that where long texts would be
// cut off, asked for again with twice the cap, and so paid for twice.
func roomFor(lengths []prompts.Length, configured int) int {
	need := tokensOfAnswer
	for _, l := range lengths {
		need += tokensPerWord * l.Max
	}
	return max(configured, min(need, 2*configured))
}
