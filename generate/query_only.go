package generate

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// QueryOnly is the strategy that writes negatives from the query's text alone, after "Don't Retrieve, Generate" (arXiv
// 2504.21015), in the two steps that CausalNeg found to matter: what the query demands is written down first, then each text
// breaks exactly one of the demands. Both steps are one request: with the analysis before the texts in one reply, a second call
// would only pay for the prompt twice.
const QueryOnly = "query-only"

type queryOnly struct {
	*Writer
	card StyleCard
}

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

// maxNegativeRunes is more than 260 words, the most that is asked for, and the highest bound that llama.cpp takes: above it, the
// schema ends the model's process in Ollama. A text that reaches it was cut off there.
const maxNegativeRunes = 2000

// negativesSchema bounds everything that a model could make endless. Its order is the order of the work.
func negativesSchema(n int) llm.Schema {
	return llm.Schema{Name: "negatives", JSON: []byte(fmt.Sprintf(`{"type":"object","properties":{"need":{"type":"string","maxLength":400},`+
		`"requirements":{"type":"array","minItems":1,"maxItems":4,"items":{"type":"string","maxLength":300}},`+
		`"negatives":{"type":"array","minItems":%d,"maxItems":%d,"items":{"type":"object","properties":{"breaks":{"type":"string","maxLength":300},`+
		`"text":{"type":"string","maxLength":%d}},"required":["breaks","text"],"additionalProperties":false}}},`+
		`"required":["need","requirements","negatives"],"additionalProperties":false}`, n, n, maxNegativeRunes))}
}

// Propose implements FromQuery.
func (s *queryOnly) Propose(ctx context.Context, query string, n, retries int) (Proposals, error) {
	input := hardneg.KeyOf(StageNegatives, QueryOnly, query).String()
	lengths := make([]prompts.Length, n)
	for i := range lengths {
		lengths[i].Min, lengths[i].Max = s.card.Length(s.draw("length", input, strconv.Itoa(i)))
	}
	answer, err := llm.Ask(ctx, s.Client, retries, func(attempt int) (llm.Question[negativesReply], error) {
		user, err := s.Prompt.User(prompts.QueryOnlyData{
			Fence: prompts.Fence(s.Seed, StageNegatives, input, 0, attempt, query), Query: query, Lengths: lengths})
		if err != nil {
			return llm.Question[negativesReply]{}, fmt.Errorf("prompt %s: %w", s.Prompt.Name, err)
		}
		r := s.request(StageNegatives, input, user, negativesSchema(n), 0, attempt)
		r.Cap(func(n int) int { return roomFor(lengths, n) })
		return llm.Question[negativesReply]{Request: r, Check: negativesReply.check}, nil
	})
	if err != nil {
		return Proposals{}, err
	}
	out := Proposals{Call: answer.Response.Call, Repaired: answer.Repaired}
	for i, t := range answer.Value.Negatives[:min(n, len(answer.Value.Negatives))] {
		out.Texts = append(out.Texts, Proposal{Text: strings.TrimSpace(t.Text), Breaks: strings.TrimSpace(t.Breaks), Min: lengths[i].Min, Max: lengths[i].Max,
			Cut: utf8.RuneCountInString(t.Text) >= maxNegativeRunes})
	}
	return out, nil
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
