package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hardneg/internal/corpus"
	"hardneg/store"
)

func (a *app) importCommand() *cobra.Command {
	var format string
	formats := "auto, " + strings.Join(corpus.Formats(), ", ")
	c := &cobra.Command{
		Use: "import FILE… [--format F]", Short: "Add passages, own queries or training sets", Args: cobra.MinimumNArgs(1),
		Long: help("import adds passages to the run: files, folders or patterns, plain or compressed with gzip or zstd; - is standard\n"+
			"input, which like a named pipe is read once. A BEIR or MTEB\n"+
			"folder with queries and qrels brings its own queries: none is generated for their passages. The texts of a training set go\n"+
			"through the judges like those that the run makes. A file is imported once, by content, wholly or not at all. A data set\n"+
			"directory of the Hub is read as it is: corpus.hub chooses its config and split. `gen run` imports what corpus.path names\n"+
			"by itself.\nFormats: "+formats+".",
			"  0 imported, or imported before   2 usage error   3 bad input, nothing of that file was imported   6 storage   7 run in use",
			"  gen import corpus.jsonl.zst docs/*.csv\n  gen import train.jsonl --format flagembedding"),
		RunE: func(c *cobra.Command, args []string) error { return a.importFiles(c.Context(), args, format) },
	}
	c.Flags().StringVar(&format, "format", "auto", "format of the files: "+formats)
	return c
}

func (a *app) importFiles(ctx context.Context, patterns []string, format string) error {
	if format != "auto" && !slices.Contains(corpus.Formats(), format) {
		return usage("known: auto, "+strings.Join(corpus.Formats(), ", "), "--format: there is no format %q", format)
	}
	cfg, err := a.load(ctx)
	if err != nil {
		return err
	}
	if tasksOf(cfg) > 0 {
		return usage("begin a run of its own with run.dir, and another generate.queries.prompt", "prompt %q is asked for tasks, and nothing is imported beside them", cfg.Generate.Queries.Prompt)
	}
	patterns, pipes := cutPipes(patterns)
	if len(slices.Compact(slices.Sorted(slices.Values(pipes)))) < len(pipes) {
		return usage("name it once", "a pipe can be read once, and is named twice")
	}
	paths, err := corpus.Expand(patterns, corpusOptions(cfg))
	if err != nil {
		return named(err)
	}
	st, err := store.Open(cfg.Run.Dir, store.Options{Command: "gen import", Notify: a.warn})
	if err != nil {
		return err
	}
	defer st.Close()
	b, err := st.Meta(ctx, "shard")
	if err != nil {
		return err
	}
	sh, err := parseShard(string(b))
	if err != nil {
		return err
	}
	if _, err := hadTasks(ctx, st, cfg); err != nil {
		return err
	}
	im := &importer{cfg: cfg, st: st, say: sayTo(a.err), shard: sh}
	for _, path := range paths {
		info, err := im.file(ctx, path, format)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%s: %s\n", path, describeImport(info))
	}
	for _, pipe := range pipes {
		info, err := im.pipe(ctx, pipe, format)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%s: %s\n", pipeName(pipe), describeImport(info))
	}
	return nil
}

// named gives the errors of files that were named on the command line a hint for it: the usual one is about the config.
func named(err error) error {
	e, ok := errors.AsType[*corpus.Error](err)
	switch {
	case ok && e.Rule == "missing":
		return &failure{code: exitInput, err: err, hint: "check the path; a relative one is taken from the working directory"}
	case ok && e.Rule == "no_match":
		return &failure{code: exitInput, err: err, hint: "check the path or pattern, and name the format with --format if the names of the files do not tell it"}
	}
	return err
}
