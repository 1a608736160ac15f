package main

import (
	"context"
	"errors"
	"iter"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/export"
	"hardneg/internal/work"
)

// write writes formats in one pass over the run, after one that counts origins where they are to be balanced. It returns the
// manifests by format; with export.ErrNoRows, those of the formats that have rows.
func (e *exporter) write(ctx context.Context, formats []string, dir string, force bool, s status) (map[string]export.Manifest, error) {
	o, err := e.options(ctx)
	if err != nil {
		return nil, err
	}
	o.Force = force
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
	for r := range work.Ahead(e.numbered(ctx), aheadBatch, withLanguage) {
		if r.err != nil {
			return nil, r.err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for _, s := range sets {
			if err := s.Write(r.ex); err != nil {
				return nil, err
			}
		}
		if r.n < languageRows {
			languages[r.language]++
		}
	}
	out, err := commitAll(sets, formats, dir, e.info(s, languages))
	if errors.Is(err, export.ErrNoRows) {
		err = e.noRows(s, err)
	}
	return out, err
}

// options are those of every format. With a balance of origins it takes a pass over the run.
func (e *exporter) options(ctx context.Context) (o export.Options, err error) {
	o = export.Options{Negatives: e.cfg.Export.Negatives, Pick: e.cfg.Export.Pick, Prompt: e.cfg.Export.Prompt,
		HardQueries: makesHardQueries(e.cfg), Weighted: e.cfg.Export.WeightGamma != nil, Spares: e.cfg.Export.Spares, Similarities: e.cfg.Judge.Similarity.Encoder != "", Scores: e.cfg.Export.Scores}
	o.Origins, err = e.origins(ctx)
	return o, err
}

// numberedRow is a row on its way to the files.
type numberedRow struct {
	n        int
	ex       hardneg.Example
	err      error
	language string // of one of the first languageRows, if it is known
}

// numbered yields the rows with their numbers, from 0.
func (e *exporter) numbered(ctx context.Context) iter.Seq[numberedRow] {
	return func(yield func(numberedRow) bool) {
		n := 0
		for ex, err := range e.rows(ctx) {
			if !yield(numberedRow{n: n, ex: ex, err: err}) {
				return
			}
			n++
		}
	}
}

func withLanguage(r numberedRow) numberedRow {
	if r.err == nil && r.n < languageRows {
		r.language = generate.LanguageOf(r.ex.Positives[0].Text)
	}
	return r
}

// commitAll puts every format in its place that has a row; the error tells of those that have none, wherever they stand in the list.
func commitAll(sets []*export.Set, formats []string, dir string, info export.Info) (map[string]export.Manifest, error) {
	out := map[string]export.Manifest{}
	var none emptyFormats
	for i, s := range sets {
		m, err := s.Commit(info)
		switch {
		case errors.Is(err, export.ErrNoRows):
			none.add(formats[i], dir, s.LeftOut())
		case err != nil:
			return nil, err
		default:
			out[formats[i]] = m
		}
	}
	if len(none.names) > 0 {
		return out, &none
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
	o := export.NewOrigins()
	for ex, err := range e.scout().rows(ctx) {
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
