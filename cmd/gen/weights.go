package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hardneg/internal/llm"
	"hardneg/store"
)

// metaWeights is the name under which a run keeps which weights its models had: a tag of Ollama is a name that moves.
const metaWeights = "weights"

// weightsTimeout is how long a server is asked for its weights; one that is down is waited for by the calls, not here.
const weightsTimeout = 5 * time.Second

// sameWeights refuses to go on with other weights than those that the run has used under the same name. What a server does not tell
// is not compared.
func (r *runner) sameWeights(ctx context.Context) error {
	b, err := r.st.Meta(ctx, metaWeights)
	if err != nil {
		return err
	}
	known := map[string]string{}
	if b != nil {
		if err := json.Unmarshal(b, &known); err != nil {
			return &store.Error{Op: "read the weights of the run", Err: err}
		}
	}
	found, err := r.weights(ctx)
	if err != nil {
		return err
	}
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if was, ok := known[name]; ok && was != found[name] {
			changed = append(changed, fmt.Sprintf("%s had %.19s, has %.19s", name, was, found[name]))
		}
		known[name] = found[name]
	}
	if len(changed) > 0 && !r.flags.acceptChanges {
		return usage("get the old weights back, use another run.dir, or accept: gen run --accept-changes (what is there is kept, and the rest is asked of the new ones)",
			"a model has other weights than this run has used under its name: %s", strings.Join(changed, "; "))
	}
	if len(found) == 0 {
		return nil
	}
	if b, err = json.Marshal(known); err != nil {
		return err
	}
	return r.st.SetMeta(map[string][]byte{metaWeights: b})
}

// weights asks the Ollama servers of the config what they have.
func (r *runner) weights(ctx context.Context) (map[string]string, error) {
	found := map[string]string{}
	for _, role := range r.p.roles() {
		m := r.cfg.Models[role]
		if m.Provider != "ollama" {
			continue
		}
		providers, err := newProviders(m, role, r.env, r.cfg.Run.Seed, 1, func(string) {})
		if err != nil {
			return nil, err
		}
		for _, p := range providers {
			server, ok := p.(*llm.Ollama)
			name := m.Model + " at " + p.Endpoint()
			if _, asked := found[name]; asked || !ok {
				continue
			}
			short, cancel := context.WithTimeout(ctx, weightsTimeout)
			digest, err := server.Digest(short, m.Model)
			cancel()
			if err == nil && digest != "" {
				found[name] = digest
			}
		}
	}
	return found, nil
}
