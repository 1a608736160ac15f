package generate

import (
	"context"

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

// Propose implements FromQuery.
func (s *queryOnly) Propose(ctx context.Context, query string, slots Span, retries int) (Proposals, error) {
	return commissioned[negativesReply](ctx, s.Writer, QueryOnly, s.card, commission{about: []string{query}, slots: slots, schema: negativesSchema(slots.N),
		data: func(fence string, lengths []prompts.Length) any {
			return prompts.QueryOnlyData{Fence: fence, Query: query, Lengths: lengths}
		}}, retries)
}
