package main

import (
	"context"
	"fmt"
	"slices"

	"hardneg/generate"
	"hardneg/internal/config"
)

// follows reports whether a strategy of the config follows the links of passages.
func follows(cfg *config.Config) bool {
	return slices.ContainsFunc(cfg.Generate.Negatives, func(s config.Strategy) bool { return s.Strategy == generate.Links })
}

// tellLinks tells of links that lead nowhere, which is no error: a corpus is a part of what it refers to.
func (r *runner) tellLinks(ctx context.Context) error {
	if !follows(r.cfg) || !r.want[stageNegatives] {
		return nil
	}
	g, err := r.p.library.Graph(ctx)
	if err != nil {
		return err
	}
	if g.Missing > 0 {
		r.warn(fmt.Sprintf("%d of %d links name passages that are not in the run; they are left out", g.Missing, g.Links+g.Missing))
	}
	if g.Links == 0 {
		r.warn("no passage refers to another one of the run, so that strategy links finds nothing; see corpus.fields.links")
	}
	return nil
}
