package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hardneg/internal/export"
	"hardneg/store"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check [DIR]", Short: "Verify a run's invariants, or an export", Args: cobra.MaximumNArgs(1),
		Long: help("check reads everything and verifies it: without DIR the run of the config; with DIR a run's directory, or an export\n"+
			"against its manifest (one format's directory, or one that holds several). Texts, verdicts, calls and settings of a run\n"+
			"are compared with the sums that were stored with them.",
			"  0 all is well   2 nothing there   6 a violation was found, or the files can't be read   7 run in use",
			"  gen check runs/first/export"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.checkDir(c.Context(), args[0])
			}
			cfg, err := a.load(c.Context())
			if err != nil {
				return err
			}
			return a.checkRun(c.Context(), cfg.Run.Dir)
		},
	}
}

func (a *app) checkDir(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, store.FileName)); err == nil {
		return a.checkRun(ctx, dir)
	}
	results, err := export.CheckAll(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return usage("name a run's directory or an export", "%s holds neither a run nor an export", dir)
	}
	if err != nil {
		return &store.Error{Op: "check " + dir, Err: err}
	}
	found := 0
	for _, r := range results {
		for _, v := range r.Violations {
			fmt.Fprintf(a.out, "%s: %s\n", r.Dir, v)
		}
		found += len(r.Violations)
		if len(r.Violations) == 0 {
			fmt.Fprintf(a.out, "%s: %s agree with the manifest\n", r.Dir, describeRows(r.Manifest.Rows))
		}
	}
	return violations(dir, found)
}

func (a *app) checkRun(ctx context.Context, dir string) error {
	if owner, running := store.Running(dir); running {
		return &store.InUse{Dir: dir, Owner: owner} // rows change while they are counted
	}
	st, err := store.Open(dir, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer st.Close()
	vs, err := st.Check(ctx)
	if err != nil {
		return err
	}
	for _, v := range vs {
		fmt.Fprintf(a.out, "%s: %s\n", dir, v)
	}
	p, rs, started, err := storedPlan(ctx, st)
	if err != nil {
		return err
	}
	found := len(vs)
	if started {
		s, err := readStatus(ctx, st, p, rs)
		if err != nil {
			return err
		}
		for _, x := range s.counted() {
			if x.Pending < 0 {
				fmt.Fprintf(a.out, "%s: stage %s has more outcomes than it planned (%d pending)\n", dir, x.Stage, x.Pending)
				found++
			}
		}
	}
	if found == 0 {
		fmt.Fprintf(a.out, "%s: all invariants hold\n", dir)
	}
	return violations(dir, found)
}

func violations(dir string, n int) error {
	if n == 0 {
		return nil
	}
	return &failure{code: exitStorage, err: fmt.Errorf("%s: %d violations", dir, n),
		hint: "keep a copy; an export can be written anew from a sound run; what changed in a run is in a backup, or is made again in a new run.dir"}
}
