package generate

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"hardneg"
	"hardneg/internal/dense"
	"hardneg/internal/llm"
)

// Replies are the stored calls of a run.
type Replies interface {
	// EachReply calls f with the stored request and reply of each call of a stage that was answered, in the order they were made.
	EachReply(ctx context.Context, stage string, f func(request, reply []byte) error) error
	// EachVector calls f with those of some texts that have a vector, the stored reply that it came in and its place there, from 0.
	EachVector(ctx context.Context, texts []hardneg.Key, f func(text hardneg.Key, reply []byte, place int) error) error
}

// Vectors are the vectors of all passages by one encoder. What is stored of them is read when they are first asked for, whatever
// requests brought it; the rest is asked for with Encode.
type Vectors struct {
	encoder *Encoder
	library *Library
	numbers []int64                 // of the passages, by row, in the order of their ids
	rows    map[hardneg.Key][]int32 // by text: passages of one text share its vector

	mu    sync.Mutex // of the index, until it is sealed
	index *dense.Index
	done  bool
}

// Vectors returns the vectors by an encoder, with those that are stored.
func (l *Library) Vectors(ctx context.Context, e *Encoder) (*Vectors, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if v := l.vectors[e.String()]; v != nil {
		return v, nil
	}
	v := &Vectors{encoder: e, library: l, rows: map[hardneg.Key][]int32{}}
	if err := v.read(ctx); err != nil {
		return nil, fmt.Errorf("vectors of the passages: %w", err)
	}
	if l.vectors == nil {
		l.vectors = map[string]*Vectors{}
	}
	l.vectors[e.String()] = v
	return v, nil
}

// read gives each passage a row, and the rows the vectors that are stored. Of two that are stored for one text the first counts.
func (v *Vectors) read(ctx context.Context) (err error) {
	asked := v.encoder.request(StageIndex, "")
	if v.library.Corpus != nil {
		err = v.library.Corpus.EachPassage(ctx, func(number int64, p hardneg.Passage) error {
			k := asked.TextKey(v.encoder.shown(p))
			v.rows[k] = append(v.rows[k], int32(len(v.numbers)))
			v.numbers = append(v.numbers, number)
			return ctx.Err()
		})
	}
	if err != nil {
		return err
	}
	if v.index, err = dense.New(v.library.Dir, len(v.numbers)); err != nil || v.library.Stored == nil {
		return err
	}
	for _, stage := range []string{StageIndex, StageSimilarity} { // where passages were encoded too, if queries were compared with them
		if v.index.Missing() == 0 {
			break
		}
		if err := v.library.Stored.EachReply(ctx, stage, v.take); err != nil {
			return err
		}
	}
	return nil
}

// take gives the passages the vectors of a stored call.
func (v *Vectors) take(request, reply []byte) error {
	keys, vectors, err := llm.StoredVectors(request, reply)
	for i := 0; err == nil && i < len(keys); i++ {
		err = v.put(keys[i], vectors[i])
	}
	return err
}

// put gives the passages of a text their vector, if they have none.
func (v *Vectors) put(text hardneg.Key, vector []float32) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	var rows []int
	for _, row := range v.rows[text] {
		if !v.index.Has(int(row)) {
			rows = append(rows, int(row))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return v.index.Put(vector, rows...)
}

// of is the row of a passage.
func (v *Vectors) of(p hardneg.Passage) (row int, ok bool) {
	asked := v.encoder.request(StageIndex, "")
	rows := v.rows[asked.TextKey(v.encoder.shown(p))]
	if len(rows) == 0 {
		return 0, false
	}
	return int(rows[0]), true
}

// sealed makes the index ready to be searched; it fails while a passage has no vector.
func (v *Vectors) sealed() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.done {
		return nil
	}
	err := v.index.Seal()
	v.done = err == nil
	return err
}

// Missing is how many passages have no vector yet, and Dim how many numbers the vectors have, 0 before the first.
func (v *Vectors) Missing() int { return v.index.Missing() }

// Dim is told with Missing.
func (v *Vectors) Dim() int { return v.index.Dim() }

// fits fails where the vector of a query is not of the kind of those of the passages.
func (v *Vectors) fits(query []float32) error {
	if len(query) == v.index.Dim() {
		return nil
	}
	return &llm.Error{Class: llm.Down, Reason: "bad_vectors",
		Err: fmt.Errorf("the vector of a query has %d numbers, those of the passages have %d: the encoder was changed behind its name", len(query), v.index.Dim())}
}

// Batches are the numbers of passages whose texts have no vector, each text once, as many together as one request takes.
func (v *Vectors) Batches() [][]int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	var rows []int32
	for _, of := range v.rows {
		if !v.index.Has(int(of[0])) {
			rows = append(rows, of[0])
		}
	}
	slices.Sort(rows)
	var out [][]int64
	for batch := range slices.Chunk(rows, v.encoder.Batch) {
		numbers := make([]int64, len(batch))
		for i, row := range batch {
			numbers[i] = v.numbers[row]
		}
		out = append(out, numbers)
	}
	return out
}

// Encode asks for the vectors of one batch.
func (v *Vectors) Encode(ctx context.Context, numbers []int64) error {
	ps, err := v.library.Corpus.PassagesAt(ctx, numbers)
	if err != nil {
		return err
	}
	vectors, err := v.encoder.passages(ctx, ps)
	if err != nil {
		return err
	}
	asked := v.encoder.request(StageIndex, "")
	for i, p := range ps {
		if err := v.put(asked.TextKey(v.encoder.shown(p)), vectors[i]); err != nil {
			return &llm.Error{Class: llm.Down, Reason: "bad_vectors", Err: fmt.Errorf("passage %s: %w", p.ID, err)}
		}
	}
	return nil
}
