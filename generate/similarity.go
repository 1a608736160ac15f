package generate

import (
	"context"
	"fmt"
	"math"

	"hardneg"
	"hardneg/internal/dense"
	"hardneg/internal/llm"
)

// StageSimilarity is the stage of the requests for the vectors of queries and of their judged texts. It belongs to stage judge, and its
// items are the queries that were judged.
const StageSimilarity = "similarity"

// Shown is a text as an encoder sees it, with the name of its vector: texts that go by one name have one vector.
type Shown struct {
	Key  hardneg.Key
	Text string
}

// ShowQuery is a query as the encoder sees it.
func (e *Encoder) ShowQuery(text string) Shown { return e.show(e.QueryPrefix + text) }

// ShowPassage is a passage, or a text that stands in place of one, as the encoder sees it.
func (e *Encoder) ShowPassage(title, text string) Shown {
	return e.show(e.shown(hardneg.Passage{Title: title, Text: text}))
}

func (e *Encoder) show(text string) Shown {
	asked := e.request(StageSimilarity, "")
	return Shown{asked.TextKey(text), text}
}

// Encode asks for the vectors of texts, Batch in a request, and returns them by the names of the texts, with length 1. What the encoder
// takes in no request at all is refused, with the reason; an error ends the run or the call.
func (e *Encoder) Encode(ctx context.Context, texts []Shown) (vectors map[hardneg.Key][]float32, refused map[hardneg.Key]string, err error) {
	vectors, refused = map[hardneg.Key][]float32{}, map[hardneg.Key]string{}
	for from := 0; from < len(texts); from += e.Batch {
		if err := e.encode(ctx, texts[from:min(from+e.Batch, len(texts))], vectors, refused); err != nil {
			return nil, nil, err
		}
	}
	return vectors, refused, nil
}

// encode makes one request. If it is refused, its texts are asked about in halves, so that no text pays for another.
func (e *Encoder) encode(ctx context.Context, texts []Shown, vectors map[hardneg.Key][]float32, refused map[hardneg.Key]string) error {
	got, err := e.vectors(ctx, StageSimilarity, "vectors of texts", texts)
	if failed, ok := llm.AsError(err); ok && failed.Class == llm.Item {
		if len(texts) == 1 {
			refused[texts[0].Key] = failed.Reason
			return nil
		}
		half := len(texts) / 2
		if err := e.encode(ctx, texts[:half], vectors, refused); err != nil {
			return err
		}
		return e.encode(ctx, texts[half:], vectors, refused)
	}
	if err != nil {
		return err
	}
	for i, t := range texts {
		vectors[t.Key] = got[i]
	}
	return nil
}

// StoredVector reads a vector from the stored reply that it came in, with length 1.
func StoredVector(reply []byte, place int) ([]float32, error) {
	v, err := llm.VectorAt(reply, place)
	if err == nil {
		v, err = dense.Unit(v)
	}
	if err != nil {
		return nil, badVectors(fmt.Errorf("a stored vector can't be used: %w: `gen check`", err))
	}
	return v, nil
}

// Similarity is the cosine of two vectors of length 1 of one encoder, between -1 and 1, with six decimals: a number of four bytes has no
// more to say. Vectors of two dimensions are not of one encoder; the error stops the run.
func Similarity(a, b []float32) (float64, error) {
	if len(a) != len(b) {
		return 0, badVectors(fmt.Errorf("the vector of a query has %d numbers, that of a text has %d: the encoder was changed behind its name", len(a), len(b)))
	}
	rounded := math.Round(float64(dense.Dot(a, b))*1e6) / 1e6
	if rounded == 0 { // and not -0
		return 0, nil
	}
	return max(-1, min(1, rounded)), nil
}

// badVectors is the error of vectors that can't be what they are said to be. It stops the run.
func badVectors(err error) error {
	return &llm.Error{Class: llm.Down, Reason: "bad_vectors", Err: err}
}
