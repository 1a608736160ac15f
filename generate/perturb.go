package generate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// Perturb is the strategy that changes a few words of the positive, so that it does not answer any more: the typed negatives of DeGLA (arXiv
// 2504.16801), with edits of numbers, dates, units and negation as in rule-made sets. The model only names the words, and the rest of the
// text stays as people wrote it: it costs few tokens, works on passages of any length, and leaves next to nothing by which origin
// could be learned. An edit of the wrong place leaves an answer standing, which is for the judges to find.
const Perturb = "perturb"

type perturb struct{ *Writer }

type editsReply struct {
	Edits []edit `json:"edits"`
}

func (r editsReply) check(llm.Response) error {
	if r.Edits == nil {
		return errors.New("there is no list of edits in it")
	}
	return nil
}

// mostChanges is how many words one edit may change: a swap takes two, and some follow.
const mostChanges = 6

// editsSchema asks for no more than n edits; fewer are better than useless ones.
func editsSchema(n int) llm.Schema {
	types, err := json.Marshal(editTypes)
	if err != nil {
		panic(err) // plain texts
	}
	return llm.Schema{Name: "edits", JSON: []byte(fmt.Sprintf(`{"type":"object","properties":{"edits":{"type":"array","minItems":0,"maxItems":%d,"items":{"type":"object","properties":{`+
		`"type":{"type":"string","enum":%s},"breaks":{"type":"string","maxLength":300},`+
		`"changes":{"type":"array","minItems":1,"maxItems":%d,"items":{"type":"object","properties":{"from":{"type":"string","maxLength":120},"to":{"type":"string","maxLength":120}},`+
		`"required":["from","to"],"additionalProperties":false}}},"required":["type","breaks","changes"],"additionalProperties":false}}},`+
		`"required":["edits"],"additionalProperties":false}`, n, types, mostChanges))}
}

// ProposeFor implements FromPair.
func (s *perturb) ProposeFor(ctx context.Context, query string, positive hardneg.Passage, slots Span, retries int) (Proposals, error) {
	shown := prompts.PassageText(positive.Title, positive.Text)
	input := hardneg.KeyOf(StageNegatives, Perturb, query, shown).String()
	answer, err := llm.Ask(ctx, s.Client, retries, func(attempt int) (llm.Question[editsReply], error) {
		user, err := s.Prompt.User(prompts.EditData{Fence: prompts.Fence(s.Seed, StageNegatives, input, slots.From, attempt, query, shown), Query: query, Passage: shown,
			Edits: slots.N})
		if err != nil {
			return llm.Question[editsReply]{}, fmt.Errorf("prompt %s: %w", s.Prompt.Name, err)
		}
		return llm.Question[editsReply]{Request: s.request(StageNegatives, input, user, editsSchema(slots.N), slots.From, attempt), Check: editsReply.check}, nil
	})
	if err != nil {
		return Proposals{}, err
	}
	out := Proposals{Call: answer.Response.Call, Repaired: answer.Repaired}
	for _, e := range answer.Value.Edits[:min(slots.N, len(answer.Value.Edits))] {
		out.Texts = append(out.Texts, e.proposal(positive))
	}
	return out, nil
}
