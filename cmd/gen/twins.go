package main

import (
	"fmt"

	"github.com/cespare/xxhash/v2"

	"hardneg/internal/corpus"
)

// mostTexts bounds how many texts are remembered; what repeats one of those behind them is not told of.
const mostTexts = 1 << 20

// twins finds passages with the text of another one under another id. Both are kept: the ids may be known elsewhere, and the export
// puts near-duplicates into one split.
type twins struct {
	seen  map[uint64]seenText // by the hash of the text
	files []string
	n     int64
	first string // the first two, by file and line
}

type seenText struct {
	id         uint32 // of its hash
	file, line uint32
}

func (t *twins) add(r corpus.Record) {
	if t.seen == nil {
		t.seen = map[uint64]seenText{}
	}
	if len(t.files) == 0 || t.files[len(t.files)-1] != r.File {
		t.files = append(t.files, r.File)
	}
	now := seenText{uint32(xxhash.Sum64String(r.Passage.ID)), uint32(len(t.files) - 1), uint32(r.Line)}
	text := xxhash.Sum64String(r.Passage.Text)
	was, ok := t.seen[text]
	switch {
	case ok && was.id != now.id:
		if t.n++; t.n == 1 {
			t.first = fmt.Sprintf("%s:%d has that of %s:%d", r.File, r.Line, t.files[was.file], was.line)
		}
	case !ok && len(t.seen) < mostTexts:
		t.seen[text] = now
	}
}

// told gives what was found since the last time, "" if that is nothing.
func (t *twins) told() string {
	if t.n == 0 {
		return ""
	}
	s := fmt.Sprintf("%d passages have the text of another one under another id; the first: %s; all are kept, and the export puts equal texts into one split", t.n, t.first)
	t.n, t.first = 0, ""
	return s
}
