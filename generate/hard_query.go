package generate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// HardQuery is the strategy that writes hard negatives of the other side, after DocReRank (arXiv 2505.22584): queries that look like the true
// one, with exactly one property changed, and that the passage cannot answer. Another model checks them with two prompts, and one that
// either of these calls answerable, or cannot tell, is refused. What stands is graded by the judges like a text, as a query for the passage.
const HardQuery = "hard-query"

// The prompts by which hard queries are checked.
const (
	HardQueryCheck      = "hard-query-check"
	HardQueryCheckAgain = "hard-query-check-again"
)

// The rules of hard queries, besides those of all queries.
const (
	IsAnswered Rule = "answered"    // a check found that the passage answers it
	NotSettled Rule = "not_settled" // a check could not tell
	SameQuery  Rule = "same_query"  // is the query itself, or another variant
)

type hardQuery struct {
	*Writer
	checks []*Writer
}

var queryChanges = []string{"entity", "time", "place", "value", "attribute", "condition", "relation"}

type variantsReply struct {
	Queries []struct {
		Changes string `json:"changes"`
		Text    string `json:"text"`
	} `json:"queries"`
}

func (r variantsReply) check(llm.Response) error {
	if r.Queries == nil {
		return errors.New("there is no list of queries in it")
	}
	return nil
}

func variantsSchema(n int) llm.Schema {
	kinds, err := json.Marshal(queryChanges)
	if err != nil {
		panic(err) // plain texts
	}
	return llm.Schema{Name: "variants", JSON: []byte(fmt.Sprintf(`{"type":"object","properties":{"queries":{"type":"array","minItems":%d,"maxItems":%d,"items":{"type":"object","properties":{`+
		`"changes":{"type":"string","enum":%s},"text":{"type":"string","maxLength":300}},"required":["changes","text"],"additionalProperties":false}}},`+
		`"required":["queries"],"additionalProperties":false}`, n, n, kinds))}
}

// ProposeFor implements FromPair.
func (s *hardQuery) ProposeFor(ctx context.Context, query string, positive hardneg.Passage, slots Span, retries int) (Proposals, error) {
	shown := prompts.PassageText(positive.Title, positive.Text)
	input := hardneg.KeyOf(StageNegatives, HardQuery, query, shown).String()
	answer, err := llm.Ask(ctx, s.Client, retries, func(attempt int) (llm.Question[variantsReply], error) {
		fence := prompts.Fence(s.Seed, StageNegatives, input, slots.From, attempt, append([]string{query, shown}, slots.Stand...)...)
		user, err := s.user(prompts.EditData{Fence: fence, Query: query, Passage: shown, Edits: slots.N}, fence, slots)
		if err != nil {
			return llm.Question[variantsReply]{}, fmt.Errorf("prompt %s: %w", s.Prompt.Name, err)
		}
		return llm.Question[variantsReply]{Request: s.request(StageNegatives, input, user, variantsSchema(slots.N), slots.From, attempt), Check: variantsReply.check}, nil
	})
	if err != nil {
		return Proposals{}, err
	}
	out := Proposals{Call: answer.Response.Call, Repaired: answer.Repaired}
	seen := map[string]bool{QueryKey(query): true}
	for _, v := range answer.Value.Queries[:min(slots.N, len(answer.Value.Queries))] {
		p := Proposal{Text: strings.TrimSpace(v.Text), Breaks: v.Changes}
		p.Rule = CheckQuery(p.Text, positive, LanguageOf(positive.Text))
		if p.Rule == "" && seen[QueryKey(p.Text)] {
			p.Rule = SameQuery
		}
		seen[QueryKey(p.Text)] = true
		out.Texts = append(out.Texts, p)
	}
	repaired, err := s.settle(ctx, shown, out.Texts, retries)
	out.Repaired = append(out.Repaired, repaired...)
	return out, err
}

// settle has the variants checked by both prompts, and refuses those of which not both say no. Both are asked even where the first
// refuses all: with a batch, they are asked in one.
func (s *hardQuery) settle(ctx context.Context, shown string, texts []Proposal, retries int) (repaired []hardneg.Key, err error) {
	var asked []int
	var queries []prompts.LabelledText
	for i, t := range texts {
		if t.Rule == "" {
			asked = append(asked, i)
			queries = append(queries, prompts.LabelledText{Label: string(rune('A' + len(queries))), Text: t.Text})
		}
	}
	if len(queries) == 0 {
		return nil, nil
	}
	var planned error
	for _, check := range s.checks {
		a, err := checked(ctx, check, shown, queries, retries)
		if errors.Is(err, llm.ErrPlanned) {
			planned = err
			continue
		}
		if err != nil {
			return repaired, err
		}
		repaired = append(repaired, a.Repaired...)
		for n, i := range asked {
			switch says := a.Value[queries[n].Label]; {
			case says == "yes":
				texts[i].Rule = IsAnswered
			case says != "no" && texts[i].Rule == "":
				texts[i].Rule = NotSettled
			}
		}
	}
	return repaired, planned
}

// checked asks one check about all variants.
func checked(ctx context.Context, w *Writer, shown string, queries []prompts.LabelledText, retries int) (llm.Answer[map[string]string], error) {
	var texts []string
	for _, q := range queries {
		texts = append(texts, q.Text)
	}
	input := checkInput(w.Prompt.Name, shown, texts)
	return llm.Ask(ctx, w.Client, retries, func(attempt int) (llm.Question[map[string]string], error) {
		user, err := w.Prompt.User(prompts.AnswerableData{Fence: prompts.Fence(w.Seed, StageNegatives, input, 0, attempt, append(texts, shown)...), Passage: shown, Queries: queries})
		if err != nil {
			return llm.Question[map[string]string]{}, fmt.Errorf("prompt %s: %w", w.Prompt.Name, err)
		}
		r := w.request(StageNegatives, input, user, answersSchema(len(queries)), 0, attempt)
		return llm.Question[map[string]string]{Request: r, Check: func(m map[string]string, _ llm.Response) error {
			for _, q := range queries {
				if !slices.Contains([]string{"no", "yes", "unsure"}, m[q.Label]) {
					return fmt.Errorf("query %s has no answer in it", q.Label)
				}
			}
			return nil
		}}, nil
	})
}

func answersSchema(n int) llm.Schema {
	var properties, required []string
	for i := range n {
		label := strconv.Quote(string(rune('A' + i)))
		properties = append(properties, label+`:{"type":"string","enum":["no","yes","unsure"]}`)
		required = append(required, label)
	}
	return llm.Schema{Name: "answers", JSON: []byte(`{"type":"object","properties":{` + strings.Join(properties, ",") + `},"required":[` + strings.Join(required, ",") + `],"additionalProperties":false}`)}
}
