package main

import (
	"context"
	"strconv"
	"strings"

	"hardneg/internal/config"
	"hardneg/internal/text"
	"hardneg/internal/work"
	"hardneg/store"
)

// positiveAt is the grade from which on a text that was imported beside the passages may be a positive. It is the same for nearly all
// configs, so that one run has the same splits under each.
func positiveAt(cfg *config.Config) int { return min(2, cfg.Relabel.FalseNegativeAt) }

// besides are the texts that were imported beside the passages and may be positives, each normal form once.
type besides struct {
	rows []int64 // of candidates
	sums []uint64
}

// besides takes these texts into the groups, numbered from first on. Those that are passages stand in them already.
func (s *splitter) besides(ctx context.Context, st *store.Store, g *text.Groups, first, atLeast int) (b besides, err error) {
	if !s.imports {
		return b, nil
	}
	pages, err := st.ImportedAnswers(ctx, atLeast)
	if err != nil {
		return b, err
	}
	seen := map[uint64]struct{}{}
	for page := range work.Ahead(pages, 1, signPage) {
		if ctx.Err() != nil {
			return b, context.Cause(ctx)
		}
		if page.err != nil {
			return b, page.err
		}
		for i := range page.passages {
			p := &page.passages[i]
			_, again := seen[p.signature.Sum]
			_, isPassage := s.texts[p.signature.Sum]
			if again || isPassage || s.has(p.id) {
				continue
			}
			seen[p.signature.Sum] = struct{}{}
			g.Add(uint32(first+len(b.rows)), &p.signature)
			b.rows, b.sums = append(b.rows, p.row), append(b.sums, p.signature.Sum)
		}
	}
	return b, nil
}

func (b *besides) at(ctx context.Context, st *store.Store, i int) (member, error) {
	t, err := st.CandidateText(ctx, b.rows[i])
	return member{besideID(b.sums[i]), t}, err
}

// notUTF8 begins no id of a passage, and stands behind all of them.
const notUTF8 = "\xff"

// besideID is what stands for the id of a text that is no passage: another row may have it under another id.
func besideID(sum uint64) string { return notUTF8 + strconv.FormatUint(sum, 16) }

// besideSum is the sum in such an id; ok is false for the id of a passage.
func besideSum(id string) (sum uint64, ok bool) {
	hex, ok := strings.CutPrefix(id, notUTF8)
	if !ok {
		return 0, false
	}
	sum, err := strconv.ParseUint(hex, 16, 64)
	return sum, err == nil
}
