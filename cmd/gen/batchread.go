package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"hardneg/internal/corpus"
	"hardneg/store"
)

func (a *app) batchReadCommand() *cobra.Command {
	return &cobra.Command{
		Use: "read FILE…", Short: "Take the answers of an offline engine", Args: cobra.MinimumNArgs(1),
		Long: help("read takes files of results, as `vllm run-batch` and the Batch API write them, and stores the answers as if the requests\n"+
			"had been sent one by one. Lines are matched by their custom_id, in any order; of several lines for one request the first\n"+
			"one counts. A file may be read again: what was taken is not taken twice.",
			"  0 taken   2 usage or config error, or no run there   3 a file can't be read, or has no line of results   6 storage\n"+
				"  7 run in use",
			"  gen batch read wave1/writer.out && gen run"),
		RunE: func(c *cobra.Command, files []string) error { return a.batchRead(c.Context(), files) },
	}
}

func (a *app) batchRead(ctx context.Context, files []string) error {
	cfg, err := a.load(ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := readable(f); err != nil {
			return &failure{code: exitInput, err: err, hint: "no file was taken"}
		}
	}
	if _, err := currentStatus(ctx, cfg.Run.Dir, nil); err != nil {
		return err
	}
	st, err := store.Open(cfg.Run.Dir, store.Options{Command: "gen batch read", Notify: a.warn})
	if err != nil {
		return err
	}
	defer st.Close()
	b := newBatching(st, cfg, a.warn, batchGoals{})
	for role := range cfg.Models {
		_ = b.connect(a.env, role) // without its key nothing is learned of the server, and nothing else is lost
	}
	for _, f := range files {
		if err := a.readFile(ctx, b, f); err != nil {
			return err
		}
	}
	if err := b.learn(); err != nil {
		return err
	}
	a.continueWith("gen run", "gen batch write")
	return nil
}

func readable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return errors.Join(fmt.Errorf("%s is not a file", path), err)
	}
	return nil
}

// readFile takes one file and says what was in it.
func (a *app) readFile(ctx context.Context, b *batching, path string) error {
	t := b.taking(0, "")
	if err := t.file(ctx, path); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: %d answers", path, t.sum.Stored-t.sum.Failed)
	for _, n := range []struct {
		n    int64
		what string
	}{{t.sum.Failed, "failed"}, {t.repeated + t.sum.Repeated, "answered before"}, {t.unknown, "for no request of this run"}, {t.unreadable, "unreadable"}} {
		if n.n > 0 {
			fmt.Fprintf(a.out, ", %d %s", n.n, n.what)
		}
	}
	fmt.Fprintln(a.out)
	if len(t.seen) == 0 && t.unreadable > 0 {
		return &corpus.Error{File: path, Message: "no line of it is a line of results", Hint: "it wants what `vllm run-batch` writes, not what it reads"}
	}
	if t.stop != nil {
		a.warn("some requests were refused for a reason that will not go away: " + t.stop.Error())
	}
	return nil
}
