package main

import (
	"context"
	"slices"
	"sync"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/store"
)

// givenKin are the imported queries of a run by their texts, read when the first is asked for. What is made in a run is none of it: which
// texts of a query are found must not depend on the order in which queries are written.
type givenKin struct {
	any    bool // there are imported queries
	once   sync.Once
	err    error
	askers store.Askers
}

// mostGiven bounds the queries of one text whose answers are read before texts are looked for. The export knows of all.
const mostGiven = 50

// givenAnswers are the texts that imports say to answer a query, by other queries with its text: nothing like them is to be found or written.
func (p *pipeline) givenAnswers(ctx context.Context, it store.QueryItem) ([]generate.Standing, error) {
	g := &p.given
	if !g.any || p.st == nil {
		return nil, nil
	}
	if g.once.Do(func() { g.askers, g.err = p.st.Askers(context.WithoutCancel(ctx), 0) }); g.err != nil {
		return nil, g.err
	}
	var rows []int64
	for _, q := range g.askers.Of(int64(normOf(it.Text))) {
		if q.Row != it.Row && len(rows) < mostGiven {
			rows = append(rows, q.Row)
		}
	}
	if len(rows) == 0 {
		return nil, nil
	}
	known, err := p.st.GivenAnswers(ctx, rows)
	out := make([]generate.Standing, len(known))
	for i, a := range known {
		out[i].Text = a.Text
	}
	return out, err
}

// mines reports whether queries are looked for in the corpus, or a strategy of the config finds texts there, so that every passage of
// the run decides on them.
func mines(cfg *config.Config) bool {
	return cfg.Generate.Queries.RoundTrip.By != "" || minesTexts(cfg)
}

func minesTexts(cfg *config.Config) bool {
	return slices.ContainsFunc(generate.Kinds, func(k generate.Kind) bool {
		return slices.ContainsFunc(cfg.Generate.Negatives, func(s config.Strategy) bool { return s.Strategy == k.Name && k.ReadsCorpus(s.Variant) })
	})
}

// refuseShardedMining refuses to find passages in a part of the corpus: the shards together would have other negatives than the whole run.
func refuseShardedMining(cfg *config.Config, sh shard) error {
	if sh.of == 0 || !mines(cfg) {
		return nil
	}
	if !minesTexts(cfg) {
		return usage(`run without --shard, or set generate.queries.round_trip.by: ""`,
			"--shard %s: generate.queries.round_trip looks for queries in the whole corpus, and a shard holds a part of it", sh)
	}
	return usage("run without --shard, or leave the strategy out of generate.negatives",
		"--shard %s: a strategy of generate.negatives finds passages in the whole corpus, and a shard holds a part of it", sh)
}

// stampOfAll names a corpus by the contents of the files that brought its passages, in whatever order they came. It is a part of the
// recipe of stage queries where a query is looked for in it, and of stage negatives where a strategy mines: with other passages, the ranks are others.
func stampOfAll(contents []string) string {
	return hardneg.KeyOf(slices.Sorted(slices.Values(contents))...).String()
}

// corpusStamp is the stamp of what is imported, "" where it decides nothing.
func (r *runner) corpusStamp(ctx context.Context, p *parts) (string, error) {
	if !mines(p.cfg) {
		return "", nil
	}
	contents, err := r.st.ImportContents(ctx)
	return stampOfAll(contents), err
}

// corpusStamp is the stamp of what will have been imported.
func (o *outlook) corpusStamp(ctx context.Context) (string, error) {
	if !mines(o.cfg) {
		return "", nil
	}
	var contents []string
	if o.st != nil {
		var err error
		if contents, err = o.st.ImportContents(ctx); err != nil {
			return "", err
		}
	}
	for _, f := range o.files {
		if !f.Imported {
			contents = append(contents, f.content)
		}
	}
	return stampOfAll(contents), nil
}
