package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/config"
)

// A run of some passages, or of a shard, reads past all others: an interrupt ends that too.
func TestAnInterruptEndsAnImportThatTakesNothing(t *testing.T) {
	errStop := errors.New("stop")
	for name, line := range map[string]string{
		"passages": `{"_id":"a","text":"A passage of some words."}`, "rows": `{"query":"what is it","pos":["A passage of some words."],"neg":["Another one."]}`,
	} {
		path := filepath.Join(t.TempDir(), "x.jsonl")
		if err := os.WriteFile(path, []byte(strings.Repeat(line+"\n", 3)), 0o600); err != nil {
			t.Fatal(err)
		}
		format := map[string]string{"passages": "jsonl", "rows": "flagembedding"}[name]
		src, err := openCorpus(&config.Config{}, path, format)
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errStop)
		im := &importer{only: map[string]bool{}}
		var got []error
		if name == "rows" {
			for c := range im.rowChunks(ctx, src, newGivenIDs(), &sampler{}) {
				got = append(got, c.err)
			}
		} else {
			for c := range im.passageChunks(ctx, src, newGivenIDs(), &sampler{}) {
				got = append(got, c.err)
			}
		}
		if len(got) != 1 || !errors.Is(got[0], errStop) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
