package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/llm"
	"hardneg/store"
)

func (a *app) doctorCommand() *cobra.Command {
	pull := false
	c := &cobra.Command{
		Use: "doctor [--pull]", Short: "What would fail tonight", Args: cobra.NoArgs,
		Long: help("doctor checks config, prompts, corpus, run directory, disk, limits and every model's endpoint. To each hosted or local\n"+
			"model it sends one tiny request with a reply schema, because a health page does not say that completions work.\n"+
			"Where mode is batch, it also asks the server for its list of batches; none is made.\n"+
			"With --pull, an Ollama server that lacks a model gets it, however large it is.",
			"  0 nothing wrong   2 config, prompt or limit   3 corpus   5 a model can't be used   6 run directory or disk   7 run in use",
			"  gen doctor --config nightly.yaml"),
		RunE: func(c *cobra.Command, _ []string) error { return a.doctor(c.Context(), pull) },
	}
	c.Flags().BoolVar(&pull, "pull", false, "let Ollama servers get the models that they lack")
	return c
}

// examination collects findings; the first failure decides the exit code.
type examination struct {
	a     *app
	first error
	bad   int
}

func (x *examination) check(what string, f func() (string, error)) {
	text, err := f()
	if err == nil {
		fmt.Fprintf(x.a.out, "ok    %-16s %s\n", what, text)
		return
	}
	fmt.Fprintf(x.a.out, "FAIL  %-16s %v\n", what, err)
	if h := hintOf(err); h != "" {
		fmt.Fprintf(x.a.out, "      %-16s hint: %s\n", "", h)
	}
	x.bad++
	if x.first == nil {
		x.first = err
	}
}

func (a *app) doctor(ctx context.Context, pull bool) error {
	cfg, err := a.load(ctx)
	if err != nil {
		return err
	}
	x := &examination{a: a}
	x.check("config", func() (string, error) { return a.configFile, nil })
	var p *parts
	x.check("corpus", func() (string, error) {
		look, err := survey(ctx, cfg)
		if err != nil {
			card, ok := cardOfGone(ctx, cfg)
			if !ok {
				return "", err
			}
			p, err = newParts(cfg, card, nil)
			return "not all of it is there any more; the run has imported it before, and needs it no more", err
		}
		p, err = newParts(cfg, look.card, nil)
		if n := tasksOf(cfg); n > 0 {
			return fmt.Sprintf("none: queries are written for %d tasks", n), err
		}
		return fmt.Sprintf("%d passages; in words for the writer: %s", look.passages, look.card.Describe()), err
	})
	x.check("run directory", func() (string, error) { return examineDir(ctx, cfg) })
	x.check("disk", func() (string, error) { return examineDisk(cfg.Run.Dir) })
	if p != nil {
		x.check("open files", func() (string, error) {
			r := &runner{app: a, cfg: cfg, p: &pipeline{parts: p}}
			return fmt.Sprintf("%d may be needed", r.openFiles()), raiseFileLimit(r.openFiles())
		})
		for _, role := range slices.Sorted(slices.Values(p.roles())) {
			x.check("models."+role, func() (string, error) { return a.examineModel(ctx, cfg, role, p.encoders[role], pull) })
			if cfg.Models[role].Mode == "batch" {
				x.check("batches", func() (string, error) { return a.examineBatches(ctx, cfg, role) })
			}
		}
	}
	if x.bad > 0 {
		return &failure{code: codeOf(x.first), err: fmt.Errorf("%d things would fail", x.bad)}
	}
	return nil
}

func examineDir(ctx context.Context, cfg *config.Config) (string, error) {
	dir := cfg.Run.Dir
	if owner, running := store.Running(dir); running {
		return "", &store.InUse{Dir: dir, Owner: owner}
	}
	st, err := store.Open(dir, store.Options{ReadOnly: true})
	if errors.Is(err, store.ErrNoRun) {
		return dir + " will be made", writable(dir)
	}
	if err != nil {
		return "", err
	}
	defer st.Close()
	totals, err := st.Totals(ctx)
	if err == nil {
		err = newBatching(st, cfg, func(string) {}, batchGoals{}).refuseMixture(ctx)
	}
	return fmt.Sprintf("%s holds a run with %d passages", dir, totals["passages"]), err
}

// writable tries the nearest folder that exists.
func writable(dir string) error {
	for {
		if _, err := os.Stat(dir); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".gen-doctor-")
	if err != nil {
		return &store.Error{Op: "write to " + dir, Err: err, Hint: "set run.dir to a folder you may write to"}
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func examineDisk(dir string) (string, error) {
	for {
		if _, err := os.Stat(dir); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	free, err := store.FreeBytes(dir)
	if err != nil {
		return "", &store.Error{Op: "disk", Err: err}
	}
	if free < 64<<20 {
		return "", &store.Error{Op: "disk", Err: fmt.Errorf("only %d MB are free", free>>20), Hint: "free some space, or set run.dir to another disk"}
	}
	return fmt.Sprintf("%.1f GB free", float64(free)/(1<<30)), nil
}

// probe is a request that any usable model can answer.
var probe = llm.Request{Stage: "doctor", Prompt: "doctor", System: "You reply with JSON.", User: `Reply with {"ok": "yes"}.`, MaxTokens: 64,
	Schema: llm.Schema{Name: "ok", JSON: []byte(`{"type":"object","properties":{"ok":{"type":"string","enum":["yes"]}},"required":["ok"],"additionalProperties":false}`)}}

func (a *app) examineModel(ctx context.Context, cfg *config.Config, role string, encoder *generate.Encoder, pull bool) (string, error) {
	m := cfg.Models[role]
	providers, err := newProviders(m, role, a.env, cfg.Run.Seed, 1, a.warn)
	if err != nil {
		return "", err
	}
	switch m.Provider {
	case "offline":
		return llm.OfflineNotice, nil
	case "recorded":
		return "replays " + m.File, nil
	}
	var said []string
	for _, p := range providers {
		one, err := a.examineServed(ctx, p, m, encoder, pull, scoresOf(cfg, role))
		if err != nil {
			return "", err
		}
		said = append(said, one)
	}
	return strings.Join(said, "; "), nil
}

func (a *app) examineServed(ctx context.Context, provider llm.Provider, m config.Model, encoder *generate.Encoder, pull bool, scores []string) (string, error) {
	if encoder != nil {
		return a.examineEncoder(ctx, provider, m, encoder, pull)
	}
	return a.examineEndpoint(ctx, provider, m, pull, scores)
}

// tryOut sends a request, after the server has got the model if it lacked it and may.
func (a *app) tryOut(ctx context.Context, provider llm.Provider, req llm.Request, m config.Model, pull bool) (llm.Response, time.Duration, error) {
	start := time.Now()
	resp, err := completeAdapting(ctx, provider, req, m.Timeout)
	if server, ok := provider.(*llm.Ollama); ok && lacksModel(err) {
		if err = a.offerPull(ctx, server, m.Model, pull, err); err == nil {
			start = time.Now()
			resp, err = completeAdapting(ctx, provider, req, m.Timeout)
		}
	}
	if err != nil {
		return resp, 0, errors.Join(err, listModels(ctx, provider, m.Model))
	}
	return resp, time.Since(start), nil
}

func (a *app) examineEndpoint(ctx context.Context, provider llm.Provider, m config.Model, pull bool, scores []string) (string, error) {
	req := probe
	req.Logprobs = len(scores) > 0
	s := settings(m)
	req.Model, req.Temperature, req.TopP, req.Extra, req.Think = s.Model, s.Temperature, s.TopP, s.Extra, s.Think
	resp, took, err := a.tryOut(ctx, provider, req, m, pull)
	if err != nil {
		return "", err
	}
	var reply struct {
		OK string `json:"ok"`
	}
	if _, err := llm.ParseReply(resp.Content, &reply); err != nil {
		err = &llm.Error{Class: llm.Down, Reason: "schema", Endpoint: provider.Endpoint(),
			Err: fmt.Errorf("it answers, but not as the schema asks: %s", cut(resp.Content, 120))}
		return "", &failure{code: exitProvider, err: err, hint: "a model that thinks can forget the schema: with provider ollama set think: false, " +
			"with provider openai extra: {reasoning_effort: none}, if the server takes it"}
	}
	said := fmt.Sprintf("%s at %s answered in %s (%d+%d tokens)", m.Model, provider.Endpoint(), took.Round(time.Millisecond),
		resp.Usage.Prompt, resp.Usage.Completion)
	if req.Logprobs && len(resp.Logprobs) == 0 {
		a.warn(fmt.Sprintf("warning: %s at %s gives no token probabilities, so that its scores are whole grades. %s", m.Model, provider.Endpoint(), wholeScores(scores)))
	}
	return said, nil
}

// completeAdapting lets a provider adapt its requests to the server, as a run would.
func completeAdapting(ctx context.Context, p llm.Provider, req llm.Request, timeout time.Duration) (llm.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for n := 0; ; n++ {
		resp, err := p.Complete(ctx, req)
		if e, ok := llm.AsError(err); ok && strings.HasPrefix(e.Reason, "adapt_") && n < 4 {
			continue
		}
		return resp, err
	}
}

// listModels says which models the server has, where that may be the trouble.
func listModels(ctx context.Context, p llm.Provider, want string) error {
	lister, ok := p.(interface {
		Models(context.Context) ([]string, error)
	})
	if !ok {
		return nil
	}
	names, err := lister.Models(ctx)
	if err != nil || slices.Contains(names, want) || len(names) == 0 {
		return nil //nolint:nilerr // the first error says enough
	}
	return fmt.Errorf("the server has: %s", cut(strings.Join(names, ", "), 300))
}
