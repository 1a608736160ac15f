package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hardneg/internal/config"
	"hardneg/internal/llm"
	"hardneg/store"
)

// metaDeclared is the name under which a run keeps the changes that were declared.
const metaDeclared = "declared"

// reusable are the fields of a model whose change may leave finished answers as they are, if the person says so: they shape an
// answer, but not what was asked.
var reusable = []string{"temperature", "max_tokens", "timeout"}

// declaration is a value of a model's field that was changed with --reuse-ignoring. What was answered before counts as answered; what
// is asked from then on is asked with the new value, and known by the old one.
type declaration struct {
	Model string `json:"model"` // role
	Field string `json:"field"`
	Was   string `json:"was"` // what outcomes and calls are known by
	Is    string `json:"is"`
}

func (d declaration) key() string { return "models." + d.Model + "." + d.Field }

func (d declaration) String() string {
	return fmt.Sprintf("%s was %s, then %s: what was answered before is kept (--reuse-ignoring %s)", d.key(), d.Was, d.Is, d.Field)
}

// declarations are all of a run, in their order. Of several for one value the last one holds.
type declarations []declaration

func storedDeclarations(ctx context.Context, st *store.Store) (declarations, error) {
	b, err := st.Meta(ctx, metaDeclared)
	if err != nil || b == nil {
		return nil, err
	}
	var ds declarations
	if err := json.Unmarshal(b, &ds); err != nil {
		return nil, &store.Error{Op: "read the declared changes", Err: err}
	}
	return ds, nil
}

// declaredIn are the declarations that hold for a config: those of the run, and those that the flag adds.
func declaredIn(ctx context.Context, st *store.Store, cfg *config.Config, fields []string) (declarations, error) {
	if st == nil {
		return nil, nil
	}
	ds, err := storedDeclarations(ctx, st)
	if err != nil {
		return nil, err
	}
	return ds.declare(ctx, st, cfg, fields)
}

// known is the value that replies are known by where a key of the config has a value.
func (ds declarations) known(key, value string) string {
	for _, d := range slices.Backward(ds) {
		if d.key() == key && d.Is == value {
			return d.Was
		}
	}
	return value
}

// declare adds what differs in these fields between the config that the run was last gone on with and this one. A run without such
// a config has nothing to keep.
func (ds declarations) declare(ctx context.Context, st *store.Store, cfg *config.Config, fields []string) (declarations, error) {
	b, err := st.Meta(ctx, metaConfigKeys)
	if err != nil || b == nil || len(fields) == 0 {
		return ds, err
	}
	var was []config.KeyValue
	if err := json.Unmarshal(b, &was); err != nil {
		return nil, &store.Error{Op: "read the config of the run", Err: err}
	}
	before := valuesOf(was)
	out := slices.Clone(ds)
	for _, kv := range cfg.Flat() {
		role, field, ok := modelField(kv.Key)
		old, had := before[kv.Key]
		if !ok || !had || !slices.Contains(fields, field) || ds.known(kv.Key, old) == ds.known(kv.Key, kv.Value) {
			continue
		}
		out = append(out, declaration{role, field, ds.known(kv.Key, old), kv.Value})
	}
	return out, nil
}

// modelField splits a key into the name of a model and one of its fields that can be declared.
func modelField(key string) (role, field string, ok bool) {
	rest, ok := strings.CutPrefix(key, "models.")
	dot := strings.LastIndexByte(rest, '.')
	if !ok || dot < 0 || !slices.Contains(reusable, rest[dot+1:]) {
		return "", "", false
	}
	return rest[:dot], rest[dot+1:], true
}

func valuesOf(kvs []config.KeyValue) map[string]string {
	out := map[string]string{}
	for _, kv := range kvs {
		out[kv.Key] = kv.Value
	}
	return out
}

// of is what the replies of a model are known by, nil if by what is sent.
func (ds declarations) of(cfg *config.Config, role string) (*llm.Known, error) {
	m := cfg.Models[role]
	k := llm.Known{Temperature: m.Temperature, MaxTokens: m.MaxTokens}
	any := false
	for _, kv := range cfg.Flat() {
		r, field, ok := modelField(kv.Key)
		value := ds.known(kv.Key, kv.Value)
		if !ok || r != role || value == kv.Value {
			continue
		}
		if err := setKnown(&k, field, value); err != nil {
			return nil, &store.Error{Op: "read the declared changes", Err: fmt.Errorf("%s: %w", kv.Key, err)}
		}
		any = any || field != "timeout"
	}
	if !any {
		return nil, nil
	}
	return &k, nil
}

func setKnown(k *llm.Known, field, value string) (err error) {
	switch {
	case field == "max_tokens":
		k.MaxTokens, err = strconv.Atoi(value)
	case field == "temperature" && value == "null":
		k.Temperature = nil
	case field == "temperature":
		var t float64
		t, err = strconv.ParseFloat(value, 64)
		k.Temperature = &t
	}
	return err
}

// shaping are the declarations that concern what was answered.
func (ds declarations) shaping() declarations {
	return slices.DeleteFunc(slices.Clone(ds), func(d declaration) bool { return d.Field == "timeout" })
}

// checkReusable refuses fields that decide more than the shape of an answer.
func checkReusable(fields []string, acceptChanges bool) error {
	for _, f := range fields {
		if !slices.Contains(reusable, f) {
			return usage("known: "+strings.Join(reusable, ", ")+"; for any other change: --accept-changes, which redoes what the change decides",
				"--reuse-ignoring: answers can't be kept over a change of %q", f)
		}
	}
	if len(fields) > 0 && acceptChanges {
		return usage("--reuse-ignoring keeps what is finished, --accept-changes redoes what the changes decide",
			"--reuse-ignoring and --accept-changes: only one of them")
	}
	return nil
}
