package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hardneg/internal/config"
	"hardneg/store"
)

func (a *app) batchWriteCommand() *cobra.Command {
	var dir string
	var stages []string
	c := &cobra.Command{
		Use: "write --out DIR [--stage NAME]…", Short: "Write request files for an offline engine", Args: cobra.NoArgs,
		Long: help("write writes the requests that the pending items need now into files DIR/MODEL-00001.jsonl, in the format of the Batch API,\n"+
			"which `vllm run-batch` reads too. Nothing is sent. Models of every mode are written, if their provider is openai. What\n"+
			"the engine answers is taken by `gen batch read`; what follows from it is written by the next `gen batch write`.",
			"  0 written (also if there was nothing to ask)   2 usage or config error, or DIR has files already   3 bad input\n"+
				"  6 storage   7 run in use",
			"  gen batch write --out wave1 && vllm run-batch -i wave1/writer-00001.jsonl -o wave1/writer.out --model Qwen/Qwen3-8B"),
		RunE: func(c *cobra.Command, _ []string) error { return a.batchWrite(c.Context(), dir, stages) },
	}
	c.Flags().StringVar(&dir, "out", "", "`folder` for the files, new or without any")
	c.Flags().StringArrayVar(&stages, "stage", nil, "only this `stage` (repeatable): "+strings.Join(batchStages(), ", "))
	return c
}

func (a *app) batchWrite(ctx context.Context, dir string, stages []string) error {
	if dir == "" {
		return usage("", "--out names the folder for the files")
	}
	cfg, err := a.load(ctx)
	if err != nil {
		return err
	}
	if old, err := filepath.Glob(filepath.Join(dir, "*.jsonl")); err != nil || len(old) > 0 {
		return usage("name another folder: an engine that was given files of two waves would answer the first one twice", "%s has request files already", dir)
	}
	r, err := a.planning(ctx, cfg, "gen batch write", stages, batchGoals{everyone: true})
	if err != nil {
		return err
	}
	defer r.st.Close()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &store.Error{Op: "create " + dir, Err: err}
	}
	sum := 0
	for _, role := range r.p.batch.roles() {
		n, err := r.p.batch.writeRole(ctx, a.out, cfg, role, dir)
		if err != nil {
			return err
		}
		sum += n
	}
	if sum == 0 {
		fmt.Fprintln(a.out, "there is nothing to ask")
		a.continueWith("gen run")
		return nil
	}
	a.continueWith("gen batch read FILE…")
	return nil
}

// writeRole writes the planned requests of a role and returns the number of files.
func (b *batching) writeRole(ctx context.Context, out io.Writer, cfg *config.Config, role, dir string) (int, error) {
	after := int64(0)
	for n := 1; ; n++ {
		f, err := b.measure(ctx, role, after, nil)
		if err != nil || f.requests == 0 {
			return n - 1, err
		}
		path := filepath.Join(dir, fmt.Sprintf("%s-%05d.jsonl", role, n))
		err = writeWhole(path, func(w io.Writer) error {
			_, err := b.measure(ctx, role, after, w)
			return err
		})
		if err != nil {
			return n, err
		}
		fmt.Fprintf(out, "%s: %d requests for %s\n", path, f.requests, cfg.Models[role].Model)
		after = f.last
	}
}
