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

// checkShard refuses to mix the shards of a run in one directory.
func (r *runner) checkShard(ctx context.Context) error {
	b, err := r.st.Meta(ctx, "shard")
	if err != nil {
		return err
	}
	if b == nil {
		return r.st.SetMeta(map[string][]byte{"shard": []byte(r.shard.String())})
	}
	return sameShard(b, r.cfg, r.shard)
}

func shardName(s string) string {
	if s == "" {
		return "the whole corpus"
	}
	return "shard " + s
}

// settle compares the config with that of the run, refuses what would redo finished items, and keeps the new plan.
func (r *runner) settle(ctx context.Context, p *parts) error {
	now := p.recipes()
	_, old, started, err := storedPlan(ctx, r.st)
	if err != nil {
		return err
	}
	if started && !r.flags.acceptChanges {
		if err := r.refuseRedo(ctx, old, now); err != nil {
			return err
		}
	}
	r.plan = p.plan(now)
	if started && slices.EqualFunc(old, now, func(a, b store.Recipe) bool { return a.Hash == b.Hash }) {
		r.rs = old
		return nil
	}
	if r.rs, err = r.st.AddRecipes(now); err != nil {
		return err
	}
	return r.keepPlan(p)
}

func (r *runner) keepPlan(p *parts) error {
	plan, err := json.Marshal(r.plan)
	if err != nil {
		return err
	}
	card, err := json.Marshal(p.card)
	if err != nil {
		return err
	}
	conf, err := r.cfg.YAML()
	if err != nil {
		return err
	}
	flat, err := json.Marshal(r.cfg.Flat())
	if err != nil {
		return err
	}
	return r.st.SetMeta(map[string][]byte{"config_keys": flat, "plan": plan, "style_card": card, "config": conf, "fingerprint": []byte(fingerprint(r.rs)), "version": []byte(version)})
}

func (r *runner) refuseRedo(ctx context.Context, old, now []store.Recipe) error {
	redos, err := wouldRedo(ctx, r.st, old, now)
	if err != nil || len(redos) == 0 {
		return err
	}
	return refusal(redoLines(ctx, r.cfg, r.st, redos, old, now))
}

// changes says what differs: the keys of the config, and the recipes of the stages.
func (r *runner) changes(ctx context.Context, old, now []store.Recipe) []string {
	var out []string
	if b, err := r.st.Meta(ctx, "config_keys"); err == nil && b != nil {
		out = append(out, r.changedKeys(b)...)
	}
	for _, o := range old {
		for _, n := range now {
			if o.Stage == n.Stage && o.Own != n.Own && o.About != n.About && o.Stage != stageRelabel {
				out = append(out, fmt.Sprintf("  stage %s was %s; is %s", o.Stage, o.About, n.About))
			}
		}
	}
	return out
}

// changedKeys compares the config with the one that the run was started or last gone on with.
func (r *runner) changedKeys(stored []byte) []string {
	var was []config.KeyValue
	if json.Unmarshal(stored, &was) != nil {
		return nil
	}
	before := map[string]string{}
	for _, kv := range was {
		before[kv.Key] = kv.Value
	}
	var out []string
	for _, kv := range r.cfg.Flat() {
		if old, ok := before[kv.Key]; decides(kv.Key) && (!ok || old != kv.Value) {
			out = append(out, fmt.Sprintf("  %s was %s, is %s", kv.Key, orNothing(old), orNothing(kv.Value)))
		}
		delete(before, kv.Key)
	}
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if !decides(key) {
			continue
		}
		out = append(out, fmt.Sprintf("  %s was %s, is gone", key, orNothing(before[key])))
	}
	return out
}

// decides reports whether a key can decide a reply; where a run is, whom it asks and how fast can't.
func decides(key string) bool {
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
