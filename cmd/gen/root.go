package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/internal/llm"
	"hardneg/internal/text"
	"hardneg/prompts"
	"hardneg/store"
)

// version is set by the build.
var version = "dev"

const rootHelp = `gen turns a folder of passages into training data for dense retrievers and rerankers.

Models write queries and, from the text of a query alone, hard negatives; passages of your own can stand beside them
(strategies bm25 and dense). A cascade of judges, cheap first, grades every pair; false negatives are relabelled; the result is
exported as Hugging Face data sets. Everything is kept in one SQLite file: stop or kill it at any time, the same command
goes on and pays for nothing twice.

  gen doctor        what would fail tonight
  gen try -n 3      three passages through all stages, with everything that is sent and answered
  gen plan          what the run will cost
  gen run           do it, or go on with it

Exit status
  0    complete           1    internal error        2    usage or config error
  3    input data error   4    some items failed     5    provider unusable
  6    storage error      7    run is in use         8    budget reached
  130  stopped by SIGINT  143  stopped by SIGTERM`

// root builds the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "gen", Short: "Training data for retrievers: queries, hard negatives, judged and relabelled", Long: rootHelp,
		SilenceUsage: true, SilenceErrors: true, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return a.lastLineOf(c, usage("`"+c.CommandPath()+" --help` lists the flags", "%v", err))
	})
	f := root.PersistentFlags()
	f.StringVar(&a.configFile, "config", "config.yaml", "config `file`")
	f.StringArrayVar(&a.sets, "set", nil, "set a config `key=value` (dotted path, repeatable)")
	root.PersistentPreRun = func(c *cobra.Command, _ []string) { a.fileGiven, a.path = c.Flags().Changed("config"), c.CommandPath() }
	root.AddCommand(a.runCommand(), a.tryCommand(), a.planCommand(), a.statusCommand(), a.importCommand(), a.exportCommand(),
		a.checkCommand(), a.whyCommand(), a.retryCommand(), a.batchCommand(), a.doctorCommand(), a.promptCommand(), a.configCommand(), a.versionCommand())
	a.usageArgs(root)
	return root
}

// usageArgs makes wrong arguments the usage errors that they are.
func (a *app) usageArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return a.lastLineOf(c, usage("`"+c.CommandPath()+" --help` shows how it is used", "%v", err))
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		a.usageArgs(sub)
	}
}

// help is the long help of a command: what it does, its exit codes, one worked example.
func help(what, exits, example string) string {
	return what + "\n\nExit status\n" + exits + "\n\nExample\n" + example
}

// load reads the config and says its warnings.
func (a *app) load(ctx context.Context) (*config.Config, error) {
	cfg, err := config.Load(a.sources())
	if err != nil {
		return nil, err
	}
	setDrain(ctx, cfg.Run.Drain)
	a.variables = cfg.Variables
	for _, w := range cfg.Warnings {
		fmt.Fprintln(a.err, "warning: "+w)
	}
	return cfg, nil
}

// openToRead loads the config and opens its run to read it.
func (a *app) openToRead(ctx context.Context) (*config.Config, *store.Store, error) {
	cfg, err := a.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	st, err := store.Open(cfg.Run.Dir, store.Options{ReadOnly: true})
	return cfg, st, err
}

// loadOrDefaults is load for commands that need no config: where there is none and none was named, the defaults hold. What is
// odd about them is not said, as nothing is done with them.
func (a *app) loadOrDefaults(ctx context.Context) (*config.Config, error) {
	if _, err := os.Stat(a.configFile); a.fileGiven || !errors.Is(err, fs.ErrNotExist) {
		return a.load(ctx)
	}
	s := a.sources()
	s.Optional = true
	return config.Load(s)
}

// sources are where the config comes from, and the names that it may use.
func (a *app) sources() config.Sources {
	s := config.Sources{File: a.configFile, FileGiven: a.fileGiven, Sets: a.sets, Environ: a.env, Formats: export.Formats(),
		Strategies: strategyKinds(), Queries: queryKinds(), Prompts: promptNames}
	if slices.Contains(asking, a.path) {
		s.Replies = llm.CheckRecorded
		s.Examples = func(file string, bad bool) error { _, err := readExamples(file, bad); return err }
		s.Language = func(code string) bool { return text.LanguageName(code) != "" }
		s.Personas = func(file string) error { _, err := readPersonas(file); return err }
	}
	return s
}

// strategyKinds are the ways of making negatives, as the config knows them.
func strategyKinds() []config.StrategyKind {
	var out []config.StrategyKind
	for _, k := range generate.Kinds {
		kind := config.StrategyKind{Name: k.Name, Mines: k.Mines, Checks: len(k.Checks) > 0, Reads: k.ReadsCorpus, Variants: map[string]string{}}
		kind.Encodes, kind.Walks = k.Encodes, k.Walks
		if k.Filters {
			kind.Filters = generate.FilterLimits
		}
		for _, v := range k.Variants {
			kind.Variants[v.Name] = v.Prompt
		}
		out = append(out, kind)
	}
	return out
}

// asking are the commands that are about calls of models. Others work without the replies that a recorded model has: what was
// made can be looked at and exported when they are gone.
var asking = []string{"gen run", "gen try", "gen plan", "gen doctor", "gen config show"}

// promptNames names the built-in prompts and those of a folder, and says what is wrong with them. A template that can't be used has
// its name all the same, so that only names that nothing stands for are said to be wrong.
func promptNames(dir string) ([]string, error) {
	set, err := prompts.Load(dir)
	if err == nil {
		return set.Names(), nil
	}
	builtIn, broken := prompts.Load("")
	if broken != nil {
		return nil, errors.Join(err, broken)
	}
	names := builtIn.Names()
	files, _ := filepath.Glob(filepath.Join(dir, "*.tmpl")) // a folder that makes a bad pattern: only the built-in ones are known
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".tmpl"))
	}
	return names, err
}
