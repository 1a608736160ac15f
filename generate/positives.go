package generate

import (
	"context"
	"slices"

	"hardneg"
	"hardneg/internal/text"
	"hardneg/prompts"
)

// Paraphrase and Twin are strategies that make further positives, by the generator that makes the negatives: where only negatives are written
// by a model, a retriever learns that what a model wrote is no answer ("Data, Not Model", arXiv 2604.06163; Source-Bias, 2310.20501).
// Paraphrase writes the positive anew, after QZhou (2508.21632). Twin writes another passage with the same answer, by the rules by which
// negatives are written, so that nothing but the answer tells the two apart. Both are judged like any other text, and dropped if they do not
// answer.
const (
	Paraphrase = "paraphrase"
	Twin       = "twin"
)

// positives writes texts that answer.
type positives struct {
	*Writer
	name string
	card StyleCard
}

// ProposeFor implements FromPair.
func (s *positives) ProposeFor(ctx context.Context, query string, positive hardneg.Passage, slots Span, retries int) (Proposals, error) {
	shown := prompts.PassageText(positive.Title, positive.Text)
	c := commission{about: []string{query, shown}, slots: slots, schema: passagesSchema(slots.N), data: func(fence string, lengths []prompts.Length) any {
		return prompts.PairData{Fence: fence, Query: query, Passage: shown, Lengths: lengths}
	}}
	c.schema.Name = s.name // the same form for another matter
	if s.name == Paraphrase {
		c.lengths = slices.Repeat([]prompts.Length{lengthLike(positive.Text)}, slots.N)
	}
	return commissioned[passagesReply](ctx, s.Writer, s.name, s.card, c, retries)
}

// mostRewritten keeps a rewritten passage below the bound of the schema.
const mostRewritten = 220 // words

// lengthLike asks for a text as long as another one. A very long one is said in fewer words.
func lengthLike(s string) prompts.Length {
	words := min(mostRewritten, max(minNegativeWords+4, text.CountWords(s)))
	return prompts.Length{Min: words * 9 / 10, Max: words * 23 / 20}
}
