package main

import (
	"context"
	"errors"

	"hardneg/internal/export"
)

// write writes formats in one pass over the run, after one that counts origins where they are to be balanced. It returns the
// manifests by format.
func (e *exporter) write(ctx context.Context, formats []string, dir string, force bool, s status) (map[string]export.Manifest, error) {
	o := export.Options{Force: force, Negatives: e.cfg.Export.Negatives, Pick: e.cfg.Export.Pick, Prompt: e.cfg.Export.Prompt,
		HardQueries: makesHardQueries(e.cfg), Weighted: e.cfg.Export.WeightGamma != nil, Similarities: e.cfg.Judge.Similarity.Encoder != "", Scores: e.cfg.Export.Scores}
	var err error
	if o.Origins, err = e.origins(ctx); err != nil {
		return nil, err
	}
	var sets []*export.Set
	defer func() {
		for _, s := range sets {
			s.Abort()
		}
	}()
	for _, f := range formats {
		s, err := export.Create(f, dir, o)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	languages := map[string]int{}
	for ex, err := range e.rows(ctx) {
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for _, s := range sets {
			if err := s.Write(ex); err != nil {
				return nil, err
			}
		}
		countLanguage(languages, ex)
	}
	out, err := commitAll(sets, formats, e.info(s, languages))
	if errors.Is(err, export.ErrNoRows) {
		err = e.noRows(s, err)
	}
	return out, err
}

func commitAll(sets []*export.Set, formats []string, info export.Info) (map[string]export.Manifest, error) {
	out := map[string]export.Manifest{}
	for i, s := range sets {
		m, err := s.Commit(info)
		if err != nil {
			return nil, err
		}
		out[formats[i]] = m
	}
	return out, nil
}

// origins counts what the rows will have, nil where no balance is asked for.
func (e *exporter) origins(ctx context.Context) (*export.Origins, error) {
	if !e.cfg.Export.BalanceOrigin {
		return nil, nil
	}
	if err := e.prepare(ctx); err != nil {
		return nil, err
	}
	scout := *e // with counts of its own
	scout.seen, scout.counts, scout.judges = map[int64]bool{}, map[string]int64{}, judgeTables{}
	o := export.NewOrigins()
	for ex, err := range scout.rows(ctx) {
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		o.Count(ex)
	}
	return o, nil
}
