package generate

import (
	"context"
	"errors"
	"fmt"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// Triplet is the strategy that writes an answer and hard negatives in one reply, from the text of the query alone, with slots drawn for each,
// after E5-mistral (arXiv 2401.00368). The first slot is the positive. Its paper calls a negative "less useful"; here it must not answer at
// all, for what answers in part is dropped by the judges.
const Triplet = "triplet"

type triplet struct {
	*Writer
	card StyleCard
}

// readers are the slot "difficulty" of the paper.
var readers = []string{"with a high school education", "with a college education", "with a doctorate in the field"}

type tripletReply struct {
	Positive  *string `json:"positive_document"`
	Negatives []struct {
		Text string `json:"text"`
	} `json:"hard_negative_documents"`
}

func (r tripletReply) check(llm.Response) error {
	if r.Positive == nil || r.Negatives == nil {
		return errors.New("there is no positive or no list of negatives in it")
	}
	return nil
}

func (r tripletReply) proposals() []Proposal {
	out := []Proposal{{Text: *r.Positive, Label: hardneg.LabelPositive}}
	for _, t := range r.Negatives {
		out = append(out, Proposal{Text: t.Text})
	}
	return out
}

func tripletSchema(negatives int) llm.Schema {
	return llm.Schema{Name: "triplet", JSON: []byte(fmt.Sprintf(`{"type":"object","properties":{"positive_document":{"type":"string","maxLength":%d},`+
		`"hard_negative_documents":{"type":"array","minItems":%d,"maxItems":%d,"items":{"type":"object","properties":{"text":{"type":"string","maxLength":%d}},`+
		`"required":["text"],"additionalProperties":false}}},"required":["positive_document","hard_negative_documents"],"additionalProperties":false}`,
		maxNegativeRunes, negatives, negatives, maxNegativeRunes))}
}

// Propose implements FromQuery. Spares that are asked for later come with a positive too, as the form is one; it is not taken.
func (s *triplet) Propose(ctx context.Context, query string, slots Span, retries int) (Proposals, error) {
	if slots.From > 0 {
		out, err := s.write(ctx, query, Span{slots.From, slots.N + 1, slots.Stand}, retries)
		out.Texts = out.Texts[min(1, len(out.Texts)):]
		return out, err
	}
	return s.write(ctx, query, slots, retries)
}

func (s *triplet) write(ctx context.Context, query string, slots Span, retries int) (Proposals, error) {
	to := readers[s.draw("readers", query)%uint64(len(readers))]
	return commissioned[tripletReply](ctx, s.Writer, Triplet, s.card, commission{about: []string{query}, slots: slots, schema: tripletSchema(slots.N - 1),
		data: func(fence string, lengths []prompts.Length) any {
			return prompts.TripletData{Fence: fence, Query: query, Readers: to, Lengths: lengths}
		}}, retries)
}
