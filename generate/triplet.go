package generate

import (
	"context"
	"errors"
	"fmt"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// Triplet is the strategy whose positive and hard negatives come in one reply, with slots drawn for each, after E5-mistral (arXiv 2401.00368).
// Where the query was written in that reply too, by a [Composer], it reads them there. Else it asks for them from the text of the query
// alone. The first slot is the positive, unless that stands in the place of the query's passage. The paper calls a negative "less useful";
// here it must not answer at all, for what answers in part is dropped by the judges.
const Triplet = "triplet"

// triplet asks for them.
type triplet struct {
	*Writer
	card StyleCard
}

// composedTriplet reads them.
type composedTriplet struct{ composer *Composer }

// writtenWith is what of the strategy decides the texts where they are read from the replies of the queries.
const writtenWith = "written with the query"

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
	return llm.Schema{Name: "triplet", JSON: []byte(fmt.Sprintf(`{"type":"object","properties":{%s},`+
		`"required":["positive_document","hard_negative_documents"],"additionalProperties":false}`, documentsSchema(negatives)))}
}

// documentsSchema is the part of a schema for the documents.
func documentsSchema(negatives int) string {
	return fmt.Sprintf(`"positive_document":{"type":"string","maxLength":%d},`+
		`"hard_negative_documents":{"type":"array","minItems":%d,"maxItems":%d,"items":{"type":"object","properties":{"text":{"type":"string","maxLength":%d}},`+
		`"required":["text"],"additionalProperties":false}}`, maxNegativeRunes, negatives, negatives, maxNegativeRunes)
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
	out, err := commissioned[tripletReply](ctx, s.Writer, Triplet, s.card, commission{about: []string{query}, slots: slots, schema: tripletSchema(slots.N - 1),
		data: func(fence string, lengths []prompts.Length) any {
			return prompts.TripletData{Fence: fence, Query: query, Readers: to, Lengths: lengths}
		}}, retries)
	for i := range out.Texts {
		t := &out.Texts[i]
		t.Breaks = fmt.Sprintf("document: %d to %d words, for readers %s", t.Min, t.Max, to)
	}
	return out, err
}

// ProposeWith implements FromReply.
func (s *composedTriplet) ProposeWith(ctx context.Context, q hardneg.Query, source hardneg.Passage) (Proposals, error) {
	c, err := s.composer.again(ctx, q, source)
	if err != nil {
		return Proposals{}, err
	}
	if q.Answer != "" { // it is the positive
		c.texts = c.texts[1:]
	}
	return Proposals{Texts: c.texts, Call: c.call, Repaired: c.repaired}, nil
}
