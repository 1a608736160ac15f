package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/internal/hub"
	"hardneg/store"
)

// exportFlags is what is asked of `gen export`.
type exportFlags struct {
	formats        []string
	out            string
	force, partial bool
	where          []string
	pick, scores   string
	spares         bool
	push           pushFlags
}

func (a *app) exportCommand() *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use: "export --format F[,F…] --out DIR [--force] [--allow-partial] [--where COND]… [--pick HOW] [--scores WHOSE] [--spares] [--push USER/NAME]", Short: "Write data sets", Args: cobra.NoArgs,
		Long: help("export decides from the verdicts under the effective config (relabel.*, export.*), writes each format to DIR/F/ and\n"+
			"nothing to the run. Another policy or threshold is another export, and costs nothing. A directory is complete or absent.\n"+
			"Formats: "+strings.Join(export.Formats(), ", ")+".\n"+
			"COND is grade, score, similarity (=, !=, <, <=, >, >=), strategy, model or source (=, !=; several values with |) of a negative, or the split\n"+
			"of a row. Where a format has a fixed number of negatives (export.negatives), HOW says which: "+strings.Join(export.Picks, ", ")+".\n"+
			"WHOSE scores stand in formats for distillation, and order the texts of a row: judge, or dense, the cosines by judge.similarity.encoder.\n"+
			"--spares adds a column with the texts of the pools (generate.negatives.N.pool) that are left over, in formats hf and jsonl.\n"+
			"--push puts one format onto the Hugging Face Hub in one commit, with the token in HF_TOKEN or of `hf auth login`; files of an\n"+
			"export before it go, other files stay. A push that is repeated sends what is not there yet. HF_ENDPOINT names another Hub.",
			"  0 written                    2 usage error, or the export exists and there is no --force\n"+
				"  4 no row, or items failed    5 the Hub refused the token, can't be reached, or another commit always came first\n"+
				"  6 disk or run can't be read or written",
			"  gen export --format hf,st-triplet --out data --where 'score>=0.1' --set relabel.policy=remove-query"),
		RunE: func(c *cobra.Command, _ []string) error {
			for _, name := range []string{"push", "revision"} {
				if given := c.Flags().Lookup(name); given.Changed && strings.TrimSpace(given.Value.String()) == "" {
					f.push.empty = "--" + name
				}
			}
			return a.export(c.Context(), f)
		},
	}
	c.Flags().StringSliceVar(&f.formats, "format", nil, "formats to write (`F`[,F…])")
	c.Flags().StringVar(&f.out, "out", "", "`DIR` to write to")
	c.Flags().BoolVar(&f.force, "force", false, "replace an export that exists, when the new one is complete")
	c.Flags().BoolVar(&f.partial, "allow-partial", false, "export what there is while items are pending")
	c.Flags().StringArrayVar(&f.where, "where", nil, "only negatives, or rows of a split, that meet `COND`; may be given several times (export.where)")
	c.Flags().StringVar(&f.pick, "pick", "", "`HOW` a fixed number of negatives is chosen (export.pick)")
	c.Flags().StringVar(&f.scores, "scores", "", "`WHOSE` scores are given: judge or dense (export.scores)")
	c.Flags().BoolVar(&f.spares, "spares", false, "give the spares that are left over, in a column of hf and jsonl (export.spares)")
	c.Flags().StringVar(&f.push.repo, "push", "", "push the export to `USER/NAME` on the Hub, which is created if it is not there")
	c.Flags().BoolVar(&f.push.private, "private", false, "create it as a private one, and send nothing to one that is public")
	c.Flags().StringVar(&f.push.revision, "revision", "", "push to the branch `REV`, which is made of main if it is not there (main)")
	c.Flags().BoolVar(&f.push.propose, "create-pr", false, "propose the commit as a pull request")
	c.Flags().BoolVar(&f.push.dry, "dry-run", false, "write the export, and list what --push would send without sending it")
	return c
}

// apply puts the flags that stand for config keys into the config.
func (f exportFlags) apply(cfg *config.Config) error {
	if len(f.where) > 0 {
		cfg.Export.Where = f.where
	}
	if f.pick != "" {
		cfg.Export.Pick = f.pick
	}
	if !slices.Contains(export.Picks, cfg.Export.Pick) {
		return usage("write one of "+strings.Join(export.Picks, ", "), "--pick: %q is not known", f.pick)
	}
	if f.scores != "" {
		cfg.Export.Scores = f.scores
	}
	if !slices.Contains(export.Scores, cfg.Export.Scores) {
		return usage("write one of "+strings.Join(export.Scores, ", "), "--scores: %q is not known", f.scores)
	}
	if !f.spares {
		return nil
	}
	cfg.Export.Spares = true
	return checkSpares(cfg, f.formats)
}

func (a *app) export(ctx context.Context, f exportFlags) error {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(exportMemoryTarget))
	if err := f.check(); err != nil {
		return err
	}
	cfg, st, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := f.apply(cfg); err != nil {
		return err
	}
	if err := checkScores(cfg, f.formats); err != nil {
		return err
	}
	var client *hub.Client
	if f.push.repo != "" {
		if client, err = a.pusher(); err != nil {
			return err
		}
	}
	s, err := currentStatus(ctx, cfg.Run.Dir, nil)
	if err != nil {
		return err
	}
	if s.pending() > 0 && !f.partial {
		return usage("`gen run` finishes them; --allow-partial exports what is judged", "%d items are pending", s.pending())
	}
	e, err := newExporter(ctx, cfg, st)
	if err != nil {
		return err
	}
	if err := e.sameChain(ctx); err != nil {
		return err
	}
	manifests, err := e.write(ctx, f.formats, f.out, f.force, s)
	if len(manifests) > 0 {
		a.warnAll(e.scores.warnings(cfg))
	}
	for _, name := range slices.Sorted(maps.Keys(manifests)) { // with formats beside them that have no row, too
		fmt.Fprintf(a.out, "%s: %s\n", filepath.Join(f.out, name), describeRows(manifests[name].Rows))
		printCounts(a.out, manifests[name].LeftOut)
	}
	if err != nil {
		return err
	}
	printCounts(a.out, e.tally())
	if client != nil {
		if err := a.push(ctx, client, filepath.Join(f.out, f.formats[0]), f.push, manifests[f.formats[0]]); err != nil {
			return err
		}
	}
	if s.failed() > 0 {
		return &failure{code: exitPartial, err: fmt.Errorf("%d items of the run failed; the export is written with complete: false", s.failed()),
			hint: "`gen status` shows the reasons, `gen retry` makes them pending again"}
	}
	return nil
}

func (f exportFlags) check() error {
	if len(f.formats) == 0 || f.out == "" {
		return usage("for example: gen export --format hf --out data", "--format and --out must be given")
	}
	for i, name := range f.formats {
		if slices.Contains(f.formats[:i], name) {
			return usage("name each format once", "--format: %s is named twice", name)
		}
		if !slices.Contains(export.Formats(), name) {
			return usage("known are "+strings.Join(export.Formats(), ", "), "--format: %q is not known", name)
		}
	}
	return f.push.check(f.formats)
}

// sameChain refuses to export under a config that would have asked for something else: its verdicts do not exist.
func (e *exporter) sameChain(ctx context.Context) error {
	card, _, err := styleCard(ctx, e.st)
	if err != nil {
		return err
	}
	p, err := newParts(e.cfg, card, e.declared)
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
	if err := e.samePools(); err != nil {
		return err
	}
	return e.sameEncoder(p)
}

// printCounts tells of the counts that are not zero.
func printCounts(w io.Writer, counts []export.Count) {
	for _, c := range counts {
		if c.N > 0 {
			fmt.Fprintf(w, "  %-52s %d\n", c.Name, c.N)
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

// checkExportPlace finds out before a night's work whether its exports could be made, and put where they belong.
func checkExportPlace(cfg *config.Config) error {
	if err := checkScores(cfg, cfg.Export.Formats); err != nil {
		return err
	}
	if _, err := checkWhere(cfg); err != nil {
		return err
	}
	if _, err := readTestQueries(cfg.Export.Decontaminate); err != nil {
		return err
	}
	for _, f := range cfg.Export.Formats {
		if err := export.Replaceable(f, exportDir(cfg)); err != nil {
			return err
		}
	}
	return nil
}

// exportRun writes the formats of the config under run.dir, those whose inputs changed. With export.ErrNoRows,
// the other formats are written.
func exportRun(ctx context.Context, a *app, cfg *config.Config, st *store.Store, s status) (written map[string]export.Manifest, dir string, err error) {
	dir = exportDir(cfg)
	e, err := newExporter(ctx, cfg, st)
	if err != nil {
		return nil, dir, err
	}
	inputs := e.inputs(s.complete())
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
	written, err = e.write(ctx, due, dir, true, s)
	if err != nil && !errors.Is(err, export.ErrNoRows) {
		return nil, dir, err
	}
	a.warnAll(e.scores.warnings(cfg))
	stands := slices.Sorted(maps.Keys(written))
	return written, dir, cmp.Or(remember(st, inputs, dir, append(stands, read...)), err)
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
