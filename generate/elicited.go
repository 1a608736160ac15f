package generate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// Elicited is the variant of query-only in the form of the first version of "Don't Retrieve, Generate" (arXiv 2504.21015): the model is
// asked what a hard negative is, and then, with its own definition before it, for some. The definition does not depend on the query;
// it is asked for once a run, and every conversation begins with it.
const Elicited = "elicited"

// QueryOnlyElicited is what the texts of the variant are known by.
const QueryOnlyElicited = QueryOnly + "-" + Elicited

type elicited struct {
	*Writer
	card StyleCard

	mu    sync.Mutex
	first *llm.Turn // once it was answered
}

type definitionReply struct {
	Definition string `json:"definition"`
}

func (r definitionReply) check(llm.Response) error {
	if strings.TrimSpace(r.Definition) == "" {
		return errors.New("there is no definition in it")
	}
	return nil
}

var definitionSchema = llm.Schema{Name: "definition", JSON: []byte(
	`{"type":"object","properties":{"definition":{"type":"string","maxLength":2000}},"required":["definition"],"additionalProperties":false}`)}

// Propose implements FromQuery.
func (s *elicited) Propose(ctx context.Context, query string, slots Span, retries int) (Proposals, error) {
	first, err := s.define(ctx, retries)
	if err != nil {
		return Proposals{}, err
	}
	return commissioned[passagesReply](ctx, s.Writer, QueryOnlyElicited, s.card, commission{about: []string{query}, slots: slots, schema: passagesSchema(slots.N),
		history: []llm.Turn{first}, data: func(fence string, lengths []prompts.Length) any {
			return prompts.QueryOnlyData{Fence: fence, Query: query, Lengths: lengths}
		}}, retries)
}

// define holds the first turn of the conversation. While it is under way, others wait for it: it would be paid for once for each.
func (s *elicited) define(ctx context.Context, retries int) (llm.Turn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first != nil {
		return *s.first, nil
	}
	asked, err := s.Prompt.First(nil)
	if err == nil && asked == "" {
		err = errors.New(`the variant elicited needs {{define "first"}}…{{end}}, what is asked before the query is known`)
	}
	if err != nil {
		return llm.Turn{}, fmt.Errorf("prompt %s: %w", s.Prompt.Name, err)
	}
	input := hardneg.KeyOf(StageNegatives, QueryOnlyElicited, "definition").String()
	answer, err := llm.Ask(ctx, s.Client, retries, func(attempt int) (llm.Question[definitionReply], error) {
		return llm.Question[definitionReply]{Request: s.request(StageNegatives, input, asked, definitionSchema, 0, attempt), Check: definitionReply.check}, nil
	})
	if err != nil {
		return llm.Turn{}, err
	}
	s.first = &llm.Turn{User: asked, Assistant: answer.Response.Content}
	return *s.first, nil
}
