package main

import (
	"context"
	"errors"
	"fmt"

	"hardneg/internal/config"
	"hardneg/internal/llm"
)

// examineBatches finds out whether the Batch API of a model answers.
func (a *app) examineBatches(ctx context.Context, cfg *config.Config, role string) (string, error) {
	m := cfg.Models[role]
	b := newBatching(nil, cfg, a.warn, batchGoals{})
	server, err := b.provider(a.env, role)
	if err != nil {
		return "", err
	}
	if server == nil {
		return "", errors.New("models." + role + " has no server that takes batches") // the config refuses it before
	}
	if err := server.Batches(m.Timeout).Look(ctx); err != nil {
		return "", fmt.Errorf("models.%s has mode: batch: %w", role, err)
	}
	limit := cfg.Run.Batch
	return fmt.Sprintf("the Batch API of models.%s answers; files have up to %d requests and %d MB, and are looked at every %s", role, limit.Requests, limit.Megabytes,
		limit.Poll), nil
}

// lacksBatches reports whether a server has no Batch API.
func lacksBatches(err error) bool {
	e, ok := llm.AsError(err)
	return ok && e.Reason == llm.NoBatchAPI
}
