package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"hardneg/internal/llm"
	"hardneg/store"
)

// metaWeights is the name under which a run keeps which weights its models had: a tag of Ollama is a name that moves, and vLLM serves
// what it was started with under any name.
const metaWeights = "weights"

// weightsTimeout is how long a server is asked for its weights; one that is down is waited for by the calls, not here.
const weightsTimeout = 5 * time.Second

// weights are those of the models of a run, by model and endpoint.
type weights struct {
	st     *store.Store
	accept bool // others are taken as they are

	mu    sync.Mutex
	known map[string]string
}

// weighed is a server that tells which weights it has under a name; "" if it has none or does not say.
type weighed interface {
	Digest(ctx context.Context, model string) (string, error)
}

// newWeights reads what the run has used so far.
func (r *runner) newWeights(ctx context.Context) (*weights, error) {
	w := &weights{st: r.st, accept: r.flags.acceptChanges, known: map[string]string{}}
	b, err := r.st.Meta(ctx, metaWeights)
	if err != nil || b == nil {
		return w, err
	}
	if err := json.Unmarshal(b, &w.known); err != nil {
		return nil, &store.Error{Op: "read the weights of the run", Err: err}
	}
	return w, nil
}

// check asks the servers of the config what they have, before the first call.
func (w *weights) check(ctx context.Context, r *runner) error {
	found := map[string]string{}
	if r.p.providers != nil {
		return nil // servers of a test, which have no weights
	}
	for _, role := range r.p.roles() {
		m := r.cfg.Models[role]
		if m.Mode == "batch" {
			continue
		}
		providers, err := newProviders(m, role, r.env, r.cfg.Run.Seed, 1, func(string) {})
		if err != nil {
			return err
		}
		for _, p := range providers {
			name := weightsName(m.Model, p)
			if _, asked := found[name]; asked {
				continue
			}
			if digest := askWeights(ctx, p, m.Model); digest != "" {
				found[name] = digest
			}
		}
	}
	return w.compare(found)
}

func weightsName(model string, p llm.Provider) string { return model + " at " + p.Endpoint() }

// askWeights is "" where a server does not tell, which is not compared.
func askWeights(ctx context.Context, p llm.Provider, model string) string {
	server, ok := p.(weighed)
	if !ok {
		return ""
	}
	short, cancel := context.WithTimeout(ctx, weightsTimeout)
	defer cancel()
	digest, err := server.Digest(short, model)
	if err != nil {
		return ""
	}
	return digest
}

// same asks a server again after a connection to it was lost: it may have been started with other weights meanwhile.
func (w *weights) same(model string, providers []llm.Provider) llm.Same {
	return func(ctx context.Context, lane int) (bool, error) {
		p := providers[lane]
		w.mu.Lock()
		_, known := w.known[weightsName(model, p)]
		w.mu.Unlock()
		if !known {
			return true, nil
		}
		digest := askWeights(ctx, p, model)
		if digest == "" {
			return false, nil
		}
		return true, w.compare(map[string]string{weightsName(model, p): digest})
	}
}

// compare refuses to go on with other weights than those that the run has used under the same name, and keeps new ones.
func (w *weights) compare(found map[string]string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var changed []string
	news := false
	for _, name := range slices.Sorted(maps.Keys(found)) {
		was, ok := w.known[name]
		if ok && was != found[name] {
			changed = append(changed, fmt.Sprintf("%s had %s, has %s", name, shortWeights(was), shortWeights(found[name])))
		}
		news = news || was != found[name]
	}
	if len(changed) > 0 && !w.accept {
		return usage("get the old weights back, use another run.dir, or accept: gen run --accept-changes (what is there is kept, and the rest is asked of the new ones)",
			"a model has other weights than this run has used under its name: %s", strings.Join(changed, "; "))
	}
	if !news {
		return nil
	}
	maps.Copy(w.known, found)
	b, err := json.Marshal(w.known)
	if err != nil {
		return err
	}
	return w.st.SetMeta(map[string][]byte{metaWeights: b})
}

// shortWeights cuts a digest; a path is told whole.
func shortWeights(s string) string {
	if strings.HasPrefix(s, "sha256:") {
		return fmt.Sprintf("%.19s", s)
	}
	return s
}
