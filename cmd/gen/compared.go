package main

import (
	"context"
	"errors"
	"slices"

	"github.com/cespare/xxhash/v2"

	"hardneg/internal/text"
	"hardneg/internal/work"
	"hardneg/store"
)

// compared takes all passages into groups. rows are theirs, by the numbers of the texts in the groups, which are in the order of the ids.
// Signatures that are damaged count for nothing: `gen check` tells of them.
func (s *splitter) compared(ctx context.Context, st *store.Store, of sources) (g *text.Groups, rows []int64, err error) {
	if of.signed {
		g, rows, err = s.bySignatures(ctx, st)
		if !errors.Is(err, errUnsigned) && !errors.Is(err, store.ErrSignatures) {
			return g, rows, err
		}
	}
	return s.byTexts(ctx, of)
}

// meets is told of a passage once, with the sum of the normal form of its text.
func (s *splitter) meets(id string, sum uint64) {
	if s.imports {
		s.known[xxhash.Sum64String(id)] = struct{}{}
		s.texts[sum] = drawOf(id)
	}
}

func (s *splitter) forget() {
	if s.imports {
		s.known, s.texts = map[uint64]struct{}{}, map[uint64]float64{}
	}
}

// errUnsigned says that the passages have to be read, as there are some without a signature.
var errUnsigned = errors.New("a passage has no signature")

// bySignatures reads what was kept of the passages when they were imported.
func (s *splitter) bySignatures(ctx context.Context, st *store.Store) (*text.Groups, []int64, error) {
	s.forget()
	var rows []int64
	var ids []string
	err := st.EachPassageKey(ctx, func(row int64, id string) error {
		if s.imports {
			ids = append(ids, id)
		}
		rows = append(rows, row)
		return context.Cause(ctx)
	})
	if err != nil {
		return nil, nil, err
	}
	numbers, ok := newNumbering(rows)
	if !ok {
		return nil, nil, errUnsigned
	}
	var g text.Groups
	signed := 0
	err = st.EachSignature(ctx, func(row int64, kept []byte) error {
		n, ok := numbers.take(row)
		if !ok {
			return nil // of a passage that was imported meanwhile
		}
		signature, ok := text.ParseSignature(kept)
		if !ok {
			return errUnsigned
		}
		g.Add(n, &signature)
		if s.imports {
			s.meets(ids[n], signature.Sum)
		}
		signed++
		return context.Cause(ctx)
	})
	if err == nil && signed < len(rows) {
		err = errUnsigned
	}
	return &g, rows, err
}

// numbering finds the number of a row, from 0. The rows of passages follow one another in a file, with few gaps.
type numbering struct {
	first   int64
	numbers []uint32 // and 1; 0: there is none
}

// newNumbering numbers rows in their order; ok is false where the gaps would take more memory than all that is kept of the passages.
func newNumbering(rows []int64) (n numbering, ok bool) {
	if len(rows) == 0 {
		return n, true
	}
	first, last := slices.Min(rows), slices.Max(rows)
	if last-first > int64(32*len(rows)+1<<16) {
		return n, false
	}
	n = numbering{first, make([]uint32, last-first+1)}
	for i, row := range rows {
		n.numbers[row-first] = uint32(i + 1)
	}
	return n, true
}

// take gives the number of a row once.
func (n *numbering) take(row int64) (number uint32, ok bool) {
	at := row - n.first
	if at < 0 || at >= int64(len(n.numbers)) || n.numbers[at] == 0 {
		return 0, false
	}
	number, n.numbers[at] = n.numbers[at]-1, 0
	return number, true
}

// byTexts reads the passages.
func (s *splitter) byTexts(ctx context.Context, of sources) (*text.Groups, []int64, error) {
	s.forget()
	var g text.Groups
	var rows []int64
	for page := range work.Ahead(of.pages, 1, signPage) {
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		if page.err != nil {
			return nil, nil, page.err
		}
		for i := range page.passages {
			p := &page.passages[i]
			g.Add(uint32(len(rows)), &p.signature)
			rows = append(rows, p.row)
			s.meets(p.id, p.signature.Sum)
		}
	}
	return &g, rows, nil
}

// signedPassage is what is kept of a passage while all are compared.
type signedPassage struct {
	row       int64
	id        string
	signature text.Signature
}

type signedPage struct {
	passages []signedPassage
	err      error
}

// signPage reads a page.
func signPage(read store.Page) (out signedPage) {
	page, err := read()
	out.err = err
	for _, p := range page {
		out.passages = append(out.passages, signedPassage{p.Row, p.ID, text.NewSignature(p.Text)})
	}
	return out
}
