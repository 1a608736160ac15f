package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/store"
)

func (a *app) exportCommand() *cobra.Command {
	var formats []string
	var out string
	var force, partial bool
	c := &cobra.Command{
		Use: "export --format F[,F…] --out DIR [--force] [--allow-partial]", Short: "Write data sets", Args: cobra.NoArgs,
		Long: help("export decides from the verdicts under the effective config (relabel.*, export.*), writes each format to DIR/F/ and\n"+
			"nothing to the run. Another policy or threshold is another export, and costs nothing. A directory is complete or absent.\n"+
			"Formats: "+formatList(),
			"  0 written                    2 usage error, or the export exists and there is no --force\n"+
				"  4 no row, or items failed    6 disk or run can't be read or written",
			"  gen export --format hf,st-triplet --out data --set relabel.policy=remove-query"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.export(c.Context(), formats, out, force, partial)
		},
	}
	c.Flags().StringSliceVar(&formats, "format", nil, "formats to write (`F`[,F…])")
	c.Flags().StringVar(&out, "out", "", "`DIR` to write to")
	c.Flags().BoolVar(&force, "force", false, "replace an export that exists, when the new one is complete")
	c.Flags().BoolVar(&partial, "allow-partial", false, "export what there is while items are pending")
	return c
}

func formatList() string {
	s := ""
	for i, f := range export.Formats() {
		if i > 0 {
			s += ", "
		}
		s += f
	}
	return s + "."
}

func (a *app) export(ctx context.Context, formats []string, out string, force, partial bool) error {
	if len(formats) == 0 || out == "" {
		return usage("for example: gen export --format hf --out data", "--format and --out must be given")
	}
	for i, f := range formats {
		if slices.Contains(formats[:i], f) {
			return usage("name each format once", "--format: %s is named twice", f)
		}
	}
	cfg, st, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	s, err := currentStatus(ctx, cfg.Run.Dir, nil)
	if err != nil {
		return err
	}
	if s.pending() > 0 && !partial {
		return usage("`gen run` finishes them; --allow-partial exports what is judged", "%d items are pending", s.pending())
	}
	e, err := newExporter(ctx, cfg, st)
	if err != nil {
		return err
	}
	if err := e.sameChain(ctx); err != nil {
		return err
	}
	manifests, err := e.write(ctx, formats, out, force, s.pending() == 0 && s.failed() == 0)
	if err != nil {
		return err
	}
	for _, f := range slices.Sorted(maps.Keys(manifests)) {
		fmt.Fprintf(a.out, "%s: %s\n", filepath.Join(out, f), describeRows(manifests[f].Rows))
	}
	e.printCounts(a)
	if s.failed() > 0 {
		return &failure{code: exitPartial, err: fmt.Errorf("%d items of the run failed; the export is written with complete: false", s.failed()),
			hint: "`gen status` shows the reasons, `gen retry` makes them pending again"}
	}
	return nil
}

// sameChain refuses to export under a config that would have asked for something else: its verdicts do not exist.
func (e *exporter) sameChain(ctx context.Context) error {
	card, _, err := styleCard(ctx, e.st)
	if err != nil {
		return err
	}
	p, err := newParts(e.cfg, card)
	if err != nil {
		return err
	}
	stamp, err := e.st.Meta(ctx, "corpus_stamp")
	if err != nil {
		return err
	}
	p.stamp = string(stamp) // of what was mined in: passages imported since are the next run's
	if fingerprint(p.recipes()) != fingerprint(e.recipes) {
		return usage("use the run's config (relabel.* and export.* may differ), or `gen run` with this one first",
			"the config differs from the run's in what decides queries, negatives or verdicts")
	}
	return nil
}

func (e *exporter) printCounts(a *app) {
	for _, name := range countOrder {
		if n := e.counts[name]; n > 0 {
			fmt.Fprintf(a.out, "  %-52s %d\n", name, n)
		}
	}
}

func describeRows(rows map[string]int64) string {
	var sum int64
	s := ""
	for _, split := range []string{"train", "validation", "test"} {
		if n := rows[split]; n > 0 {
			if s != "" {
				s += ", "
			}
			s += fmt.Sprintf("%s %d", split, n)
			sum += n
		}
	}
	return fmt.Sprintf("%d rows (%s)", sum, s)
}

// exportDir is where a run's own exports stand.
func exportDir(cfg *config.Config) string {
	if filepath.IsAbs(cfg.Export.Dir) {
		return cfg.Export.Dir
	}
	return filepath.Join(cfg.Run.Dir, cfg.Export.Dir)
}

// checkExportPlace finds out before a night's work whether its exports could be put where they belong.
func checkExportPlace(cfg *config.Config) error {
	for _, f := range cfg.Export.Formats {
		if err := export.Replaceable(f, exportDir(cfg)); err != nil {
			return err
		}
	}
	return nil
}

// exportRun writes the formats of the config under run.dir, those whose inputs changed. It reports whether there was a row.
func exportRun(ctx context.Context, a *app, cfg *config.Config, st *store.Store, s status) (written map[string]export.Manifest, dir string, err error) {
	dir = exportDir(cfg)
	complete := s.pending() == 0 && s.failed() == 0
	e, err := newExporter(ctx, cfg, st)
	if err != nil {
		return nil, dir, err
	}
	inputs := e.inputs(complete)
	due, read, err := dueFormats(ctx, cfg, st, dir, inputs)
	if err != nil {
		return nil, dir, err
	}
	if len(due) == 0 && len(read) == 0 {
		return nil, dir, nil
	}
	if len(due) == 0 {
		return nil, dir, remember(st, inputs, dir, read)
	}
	fmt.Fprintf(a.err, "export: writing %v to %s\n", due, dir)
	written, err = e.write(ctx, due, dir, true, complete)
	if errors.Is(err, export.ErrNoRows) {
		return nil, dir, err
	}
	if err != nil {
		return nil, dir, err
	}
	return written, dir, remember(st, inputs, dir, append(due, read...))
}

// dueFormats are the formats that have to be written, and those that had to be read to see that they need not.
func dueFormats(ctx context.Context, cfg *config.Config, st *store.Store, dir, inputs string) (due, read []string, err error) {
	for _, f := range cfg.Export.Formats {
		s, err := upToDate(ctx, st, f, filepath.Join(dir, f), inputs)
		switch {
		case err != nil:
			return nil, nil, err
		case !s.intact:
			due = append(due, f)
		case s.read:
			read = append(read, f)
		}
	}
	return due, read, nil
}
