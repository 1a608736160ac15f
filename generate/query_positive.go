package generate

import (
	"context"

	"hardneg"
	"hardneg/prompts"
)

// QueryPositive is the strategy that writes negatives from a query and the passage that answers it: the setting "with context" of
// "Don't Retrieve, Generate" (arXiv 2504.21015), in the steps of query-only. The passage tells the writer what the query means and which
// answer must not stand in the texts. In turn, words of it get into them, which the rules about copies bound.
const QueryPositive = "query-positive"

type queryPositive struct {
	*Writer
	card StyleCard
}

// ProposeFor implements FromPair.
func (s *queryPositive) ProposeFor(ctx context.Context, query string, positive hardneg.Passage, slots Span, retries int) (Proposals, error) {
	shown := prompts.PassageText(positive.Title, positive.Text)
	return commissioned[negativesReply](ctx, s.Writer, QueryPositive, s.card, commission{about: []string{query, shown}, slots: slots, schema: negativesSchema(slots.N),
		data: func(fence string, lengths []prompts.Length) any {
			return prompts.PairData{Fence: fence, Query: query, Passage: shown, Lengths: lengths}
		}}, retries)
}
