package main

import (
	"context"
	"math"
	"slices"

	"hardneg/generate"
	"hardneg/internal/llm"
)

// toEncode is what an encoder is still to be given.
type toEncode struct{ texts, calls int64 }

// charsOfQuery is about what a query has.
const charsOfQuery = 60

// countVectors counts the passages that have no vector yet. Of those that are not imported each counts, also where two have one text.
func (o *outlook) countVectors(ctx context.Context) error {
	o.index = map[string]toEncode{}
	for role, e := range o.p.encoders {
		if !o.p.indexes(role) {
			continue
		}
		var n toEncode
		if o.st != nil {
			v, err := o.p.library.Vectors(ctx, e)
			if err != nil {
				return err
			}
			for _, batch := range v.Batches() {
				n.texts, n.calls = n.texts+int64(len(batch)), n.calls+1
			}
		}
		n.texts, n.calls = n.texts+o.fresh.passages, n.calls+(o.fresh.passages+int64(e.Batch)-1)/int64(e.Batch)
		o.index[role] = n
	}
	return nil
}

// indexing is what the vectors of the passages take, by some of the encoders. Those of one count once.
func (o *outlook) indexing(of func(role string) bool) (out []estimate) {
	for _, role := range slices.Sorted(slices.Values(o.p.roles())) {
		if e, n := o.p.encoders[role], o.index[role]; e != nil && n.calls > 0 && of(role) {
			delete(o.index, role)
			texts := float64(n.texts) / float64(n.calls)
			r := request{role, encoderSettings(e), texts * (o.chars + float64(len(e.PassagePrefix))), 0}
			est := o.estimate(stageIndex, r, 0, stream{float64(n.calls), true}, asks{})
			out = append(out, est)
		}
	}
	return out
}

// comparing is a strategy that asks for the vector of each query, unless something else has asked for it.
func (o *outlook) comparing(g generator, place int, queries stream, has bool) estimate {
	known := o.replays.stages[stageNegatives].asks[place]
	lacks := stream{0, queries.sure}
	if !has {
		lacks = o.toSend(queries, known, 1, true)
	}
	calls := math.Ceil(lacks.n / float64(g.Encoder.Batch))
	r := vectorsOfQueries(g.role, g.Encoder, lacks.n/max(1, calls))
	return o.estimate(stageNegatives, r, queries.n*float64(g.Slots()), stream{calls, lacks.sure}, known)
}

// returning is the round trip of the queries: a vector of each, when it is written. Its items are counted with who writes them.
func (o *outlook) returning(role string, queries stream) estimate {
	known := o.replays.stages[stageQueries].asks[askedTripAt]
	lacks := o.toSend(queries, known, 1, true)
	calls := math.Ceil(lacks.n / float64(o.p.encoders[role].Batch))
	return o.estimate(stageQueries, vectorsOfQueries(role, o.p.encoders[role], lacks.n/max(1, calls)), 0, stream{calls, lacks.sure}, known)
}

// vectorsOfQueries is a request for the vectors of so many queries.
func vectorsOfQueries(role string, e *generate.Encoder, n float64) request {
	return request{role, encoderSettings(e), n * (charsOfQuery + float64(len(e.QueryPrefix))), 0}
}

func encoderSettings(e *generate.Encoder) llm.Settings { return llm.Settings{Model: e.Model} }
