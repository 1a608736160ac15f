package main

import (
	"context"
	"encoding/json"
	"slices"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/work"
	"hardneg/store"
)

// sampler keeps the passages with the lowest key hashes.
type sampler struct{ kept []sampled }

type sampled struct {
	hash    hardneg.Key
	passage hardneg.Passage
}

func (s *sampler) add(p hardneg.Passage) {
	h := hardneg.KeyOf("style", p.ID)
	if len(s.kept) == store.StyleSampleSize && slices.Compare(h[:], s.kept[len(s.kept)-1].hash[:]) >= 0 {
		return
	}
	i, found := slices.BinarySearchFunc(s.kept, h, func(a sampled, b hardneg.Key) int { return slices.Compare(a.hash[:], b[:]) })
	if found {
		return
	}
	s.kept = slices.Insert(s.kept, i, sampled{h, p})
	s.kept = s.kept[:min(len(s.kept), store.StyleSampleSize)]
}

// samples are the features of the passages that were kept. They are read at the end: most passages are kept for a while only.
func (s *sampler) samples() []store.Sample {
	out := make([]store.Sample, len(s.kept))
	work.Each(len(s.kept), func(i int) {
		b, err := json.Marshal(generate.FeaturesOf(s.kept[i].passage))
		if err != nil {
			panic(err) // plain values
		}
		out[i] = store.Sample{Hash: s.kept[i].hash, Features: b}
	})
	return out
}

// styleCard is the style card of a run: the frozen one, or one made from the sample.
func styleCard(ctx context.Context, st *store.Store) (generate.StyleCard, bool, error) {
	var card generate.StyleCard
	b, err := st.Meta(ctx, "style_card")
	if err != nil {
		return card, false, err
	}
	if b != nil {
		if err := json.Unmarshal(b, &card); err != nil {
			return card, false, &store.Error{Op: "read the style card", Err: err}
		}
		return card, true, nil
	}
	raw, err := st.StyleSamples(ctx)
	if err != nil {
		return card, false, err
	}
	fs := make([]generate.Features, len(raw))
	for i, b := range raw {
		if err := json.Unmarshal(b, &fs[i]); err != nil {
			return card, false, &store.Error{Op: "read the style sample", Err: err}
		}
	}
	return generate.NewStyleCard(fs), false, nil
}
