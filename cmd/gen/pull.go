package main

import (
	"context"
	"fmt"
	"time"

	"hardneg/internal/llm"
)

func lacksModel(err error) bool {
	e, ok := llm.AsError(err)
	return ok && e.Reason == "unknown_model"
}

// offerPull makes a server get a model that it lacks if that is wanted, and otherwise says how to. The error is the one that
// said so.
func (a *app) offerPull(ctx context.Context, server *llm.Ollama, model string, wanted bool, missing error) error {
	if !wanted {
		return &failure{code: exitProvider, err: missing, hint: fmt.Sprintf("`%s`, or `gen doctor --pull`, which does the same", server.PullCommand(model))}
	}
	fmt.Fprintf(a.err, "pull %s at %s\n", model, server.Endpoint())
	var said string
	var next time.Time
	return server.Pull(ctx, model, func(step string, done, total int64) {
		if step == said && done < total && time.Now().Before(next) {
			return // servers tell of every few kilobytes
		}
		said, next = step, time.Now().Add(time.Second)
		if total > 0 {
			step += fmt.Sprintf(" %d%% of %.1f GB", 100*done/total, float64(total)/(1<<30))
		}
		fmt.Fprintln(a.err, "pull "+model+": "+step)
	})
}
