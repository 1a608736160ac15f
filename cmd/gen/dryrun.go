package main

import (
	"context"
	"fmt"
	"path/filepath"

	"hardneg/internal/config"
)

// dryRun says what `gen run` with the same flags would do: files to import, what a changed config makes be done again, work per stage,
// exports to be rewritten. It refuses what the run would refuse.
func (a *app) dryRun(ctx context.Context, cfg *config.Config, f runFlags, sh shard) error {
	want, err := f.wanted()
	if err != nil {
		return err
	}
	st, err := openExisting(cfg.Run.Dir)
	if err != nil {
		return err
	}
	if st != nil {
		defer st.Close()
		b, err := st.Meta(ctx, "shard")
		if err != nil {
			return err
		}
		if err := sameShard(b, cfg, sh); err != nil {
			return err
		}
	}
	o, err := lookAhead(ctx, cfg, st, scope{want: want, limit: f.limit, shard: sh, ignoring: f.ignoring})
	if err != nil {
		return err
	}
	if len(o.redos) > 0 && !f.acceptChanges {
		return refusal(ctx, st, o.p, o.redos, o.old, o.now)
	}
	fmt.Fprintln(a.err, "gen: dry run: nothing is imported, called or written")
	p := planPrinter{app: a, json: f.json}
	p.declared(o)
	if err := p.files(o); err != nil {
		return err
	}
	if len(o.redos) > 0 {
		p.note("the changed config makes these be done again:")
		if err := p.redos(ctx, o); err != nil {
			return err
		}
	}
	if err := p.exports(ctx, o); err != nil {
		return err
	}
	return p.stages(o)
}

// files tells of each file of the corpus whether it would be imported.
func (p planPrinter) files(o *outlook) error {
	for _, f := range o.files {
		switch {
		case p.json:
			if err := p.object(f); err != nil {
				return err
			}
		case f.As != "":
			p.note("file %s: imported already, as %s", f.Path, f.As)
		case f.Imported:
			p.note("file %s: imported already", f.Path)
		case o.had+int(o.fresh.passages) > 0 && f.Path == tasksKey:
			p.note("%s: %d tasks would be added to those to do", f.Path, f.Passages)
		default:
			p.note("file %s: would be imported, %d passages of those to do", f.Path, f.Passages)
		}
	}
	p.note("")
	return nil
}

// exports tells of each format of the config whether its files would be written anew.
func (p planPrinter) exports(ctx context.Context, o *outlook) error {
	if !o.want[stageExport] {
		return nil
	}
	dir := o.cfg.Export.Dir
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(o.cfg.Run.Dir, dir)
	}
	for _, format := range o.cfg.Export.Formats {
		to := filepath.Join(dir, format)
		stands, err := o.exportStands(ctx, format, to)
		if err != nil {
			return err
		}
		if p.json {
			if err := p.object(map[string]any{"type": "export", "format": format, "dir": to, "rewrite": !stands}); err != nil {
				return err
			}
			continue
		}
		says := "would be written"
		if stands {
			says = "up to date, would not be written"
		}
		p.note("export %s: %s", to, says)
	}
	p.note("")
	return nil
}

// exportStands reports whether an export stands that the run would leave as it is: any work that is done before makes it be written.
func (o *outlook) exportStands(ctx context.Context, format, dir string) (bool, error) {
	if !o.started {
		return false, nil
	}
	for _, e := range o.estimates() {
		if e.Items > 0 {
			return false, nil
		}
	}
	e, err := newExporter(ctx, o.cfg, o.st)
	if err != nil {
		return false, err
	}
	e.recipes = o.now
	s := status{Stages: o.whole.stages, Similarity: o.whole.similar}
	found, err := upToDate(ctx, o.st, format, dir, e.inputs(s.complete()))
	return found.intact, err
}

// sameShard refuses to mix the shards of a run in one directory; stored is nil in a directory that holds none yet.
func sameShard(stored []byte, cfg *config.Config, sh shard) error {
	if stored != nil && string(stored) != sh.String() {
		return usage("each shard has a run.dir of its own", "%s holds %s, not %s", cfg.Run.Dir, shardName(string(stored)), shardName(sh.String()))
	}
	return nil
}
