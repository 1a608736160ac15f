package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hardneg/internal/config"
	"hardneg/store"
)

// metaConfigKeys is the name under which a run keeps the config that it was last gone on with.
const metaConfigKeys = "config_keys"

// refusal is the error of a config that has changed in a way that redoes finished items.
func refusal(ctx context.Context, st *store.Store, p *parts, redos []redo, old, now []store.Recipe) error {
	text := ""
	for _, l := range redoLines(ctx, st, p, redos, old, now) {
		text += "\n" + l
	}
	hint := "put the config back, use another run.dir, or accept: gen run --accept-changes (what is there is kept)"
	return usage(hint+reuseHint(changedKeys(ctx, st, p)), "the config has changed in a way that redoes finished items:%s", text)
}

// redoLines tells of each stage what a changed config makes be done again, then what has changed: the keys of the config, and the
// recipes of the stages.
func redoLines(ctx context.Context, st *store.Store, p *parts, redos []redo, old, now []store.Recipe) []string {
	var lines []string
	for _, d := range redos {
		line := fmt.Sprintf("  %s: %d finished items", d.Stage, d.Items)
		if d.Calls > 0 {
			line += fmt.Sprintf(", up to %d calls and %s again", d.Calls, d.Cost)
		} else {
			line += ", because of the stage before; equal requests are answered from the store"
		}
		lines = append(lines, line)
	}
	for _, c := range changedKeys(ctx, st, p) {
		lines = append(lines, c.String())
	}
	for _, o := range old {
		for _, n := range now {
			if o.Stage == n.Stage && o.Own != n.Own && o.About != n.About && o.Stage != stageRelabel {
				lines = append(lines, fmt.Sprintf("  stage %s was %s; is %s", o.Stage, o.About, n.About))
			}
		}
	}
	return lines
}

// change is a key of the config whose value differs.
type change struct {
	key, was, is string
	gone         bool
}

func (c change) String() string {
	if c.gone {
		return fmt.Sprintf("  %s was %s, is gone", c.key, orNothing(c.was))
	}
	return fmt.Sprintf("  %s was %s, is %s", c.key, orNothing(c.was), orNothing(c.is))
}

// changedKeys compares the config with the one that the run was started or last gone on with, in what can decide a reply and was not
// declared.
func changedKeys(ctx context.Context, st *store.Store, p *parts) []change {
	var was []config.KeyValue
	b, err := st.Meta(ctx, metaConfigKeys)
	if err != nil || b == nil || json.Unmarshal(b, &was) != nil {
		return nil // it is a comfort: what would be redone is known without it
	}
	before := valuesOf(was)
	var out []change
	for _, kv := range p.cfg.Flat() {
		old, ok := before[kv.Key]
		if decides(kv.Key) && (!ok || p.declared.known(kv.Key, old) != p.declared.known(kv.Key, kv.Value)) {
			out = append(out, change{key: kv.Key, was: old, is: kv.Value})
		}
		delete(before, kv.Key)
	}
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if decides(key) {
			out = append(out, change{key: key, was: before[key], gone: true})
		}
	}
	return out
}

// decides reports whether a key can decide a reply; where a run is, whom it asks and how fast can't.
func decides(key string) bool {
	if isPool(key) {
		return false
	}
	for _, prefix := range []string{"generate.", "judge.", "prompts."} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	if rest, ok := strings.CutPrefix(key, "models."); ok {
		_, field, _ := strings.Cut(rest, ".")
		field, _, _ = strings.Cut(field, ".")
		return slices.Contains([]string{"provider", "model", "temperature", "top_p", "max_tokens", "think", "extra"}, field)
	}
	return key == "run.seed" || key == "corpus.language"
}

func orNothing(s string) string {
	if s == "" {
		return "empty"
	}
	return s
}

// reuseHint is the flag that would do where nothing but reusable fields was changed; "" elsewhere.
func reuseHint(changes []change) string {
	var fields []string
	for _, c := range changes {
		_, field, ok := modelField(c.key)
		if !ok {
			return ""
		}
		if !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
	}
	if len(fields) == 0 {
		return ""
	}
	return "; or keep what is finished, and ask for the rest with the new values: gen run --reuse-ignoring " + strings.Join(fields, ",")
}
