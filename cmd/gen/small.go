package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	sqlite3 "github.com/mattn/go-sqlite3"
	"github.com/spf13/cobra"

	"hardneg/prompts"
)

func (a *app) promptCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "prompt", Short: "Show the prompts", Args: cobra.NoArgs,
		Long: help("prompt list names the prompts, built in or from prompts.dir, with the hash that is recorded with every text they make.\n"+
			"prompt show NAME prints one. A file NAME.tmpl in prompts.dir replaces a built-in prompt or adds one.",
			"  0 printed   2 no such prompt, or a template that can't be used", "  gen prompt show grade > my-prompts/grade.tmpl"),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(&cobra.Command{Use: "list", Short: "Name the prompts", Args: cobra.NoArgs,
		Long: help("list names the prompts with their hashes and where they come from.", "  0 printed   2 a template can't be used", "  gen prompt list"),
		RunE: func(c *cobra.Command, _ []string) error {
			set, err := a.promptSet(c)
			if err != nil {
				return err
			}
			for _, n := range set.Names() {
				t, err := set.Get(n)
				if err != nil {
					return err
				}
				from := t.File
				if from == "" {
					from = "built in"
				}
				fmt.Fprintf(a.out, "%-12s %s  %s\n", n, t.Hash, from)
			}
			return nil
		}})
	c.AddCommand(&cobra.Command{Use: "show NAME", Short: "Print a prompt", Args: cobra.ExactArgs(1),
		Long: help("show prints the template of a prompt. `gen try -n 1` prints it rendered, as the model sees it.",
			"  0 printed   2 no such prompt", "  gen prompt show query-only"),
		RunE: func(c *cobra.Command, args []string) error {
			set, err := a.promptSet(c)
			if err != nil {
				return err
			}
			t, err := set.Get(args[0])
			if err != nil {
				return usage("`gen prompt list` names them", "%v", err)
			}
			fmt.Fprint(a.out, t.Text)
			return nil
		}})
	return c
}

func (a *app) promptSet(c *cobra.Command) (*prompts.Set, error) {
	cfg, err := a.loadOrDefaults(c.Context())
	if err != nil {
		return nil, err
	}
	set, err := prompts.Load(cfg.Prompts.Dir)
	if err != nil {
		return nil, usage("`gen prompt show NAME` prints a built-in one to start from", "%v", err)
	}
	return set, nil
}

func (a *app) configCommand() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Show the effective config", Args: cobra.NoArgs,
		Long: help("config show prints the config that holds: flags, environment, file and defaults put together. Secrets are shown as the\n"+
			"references they are.", "  0 printed   2 the config has errors, all of which are listed", "  gen config show --set judge.cascade.0.slate=1"),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(&cobra.Command{Use: "show", Short: "Print the effective config", Args: cobra.NoArgs,
		Long: help("show prints the effective config as YAML that can be used as a config file.", "  0 printed   2 the config has errors",
			"  GEN_RUN_DIR=/data/run gen config show"),
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.load(c.Context())
			if err != nil {
				return err
			}
			b, err := cfg.YAML()
			if err == nil {
				_, err = a.out.Write(b)
			}
			return err
		}})
	return c
}

func (a *app) versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "version [--json]", Short: "Print versions", Args: cobra.NoArgs,
		Long: help("version prints the version of the program, of Go, of SQLite and of the built-in prompts.", "  0 printed", "  gen version --json"),
		RunE: func(*cobra.Command, []string) error { return a.version(asJSON) }}
	c.Flags().BoolVar(&asJSON, "json", false, "one line of JSON")
	return c
}

func (a *app) version(asJSON bool) error {
	set, err := prompts.Load("")
	if err != nil {
		return err
	}
	sqlite, _, _ := sqlite3.Version()
	hashes := map[string]string{}
	for _, n := range set.Names() {
		t, err := set.Get(n)
		if err != nil {
			return err
		}
		hashes[n] = t.Hash
	}
	commit := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	if asJSON {
		return json.NewEncoder(a.out).Encode(map[string]any{"type": "version", "version": version, "commit": commit, "go": runtime.Version(),
			"sqlite": sqlite, "prompts": hashes, "platform": runtime.GOOS + "/" + runtime.GOARCH})
	}
	fmt.Fprintf(a.out, "gen %s (%s/%s, %s, SQLite %s)\n", version, runtime.GOOS, runtime.GOARCH, runtime.Version(), sqlite)
	for _, n := range set.Names() {
		fmt.Fprintf(a.out, "prompt %s@%s\n", n, hashes[n])
	}
	return nil
}
