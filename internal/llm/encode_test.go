package llm

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// logical is the part of a request that decides the reply and varies, in canonical field order.
type logical struct {
	Model       string         `json:"model"`
	User        string         `json:"user"`
	SchemaName  string         `json:"schema_name"`
	Temperature *float64       `json:"temperature"`
	TopP        *float64       `json:"top_p"`
	MaxTokens   int            `json:"max_tokens"`
	Think       bool           `json:"think,omitempty"`
	Logprobs    bool           `json:"logprobs,omitempty"`
	History     []Turn         `json:"history,omitempty"`
	Extra       map[string]any `json:"extra,omitempty"`
	Sample      int            `json:"sample"`
	Attempt     int            `json:"attempt"`
}

func FuzzLogical(f *testing.F) {
	f.Add("m", "say <x> & \"y\"\n\t\r\b\f\\ \u2028\u2029 \xff é 日 \x00\x7f", "query", 0.7, 64, true, 1)
	f.Add("", "", "", 1e-9, 0, false, 0)
	f.Fuzz(func(t *testing.T, model, user, schema string, x float64, n int, flag bool, kind int) {
		r := Request{Model: model, User: user, Schema: Schema{Name: schema}, MaxTokens: n, Think: flag, Logprobs: !flag, Sample: n, Attempt: kind}
		if kind&1 == 1 {
			r.Temperature, r.Extra = &x, map[string]any{user: x, "a": []any{model, nil}}
		}
		if kind&2 == 2 {
			r.TopP = &x
		}
		if kind&4 == 4 {
			r.History = []Turn{{user, schema}, {model, user}}
		}
		want, err := json.Marshal(logical{r.Model, r.User, r.Schema.Name, r.Temperature, r.TopP, r.MaxTokens, r.Think, r.Logprobs, r.History, r.Extra, r.Sample, r.Attempt})
		got, gotErr := r.appendLogical(nil)
		if diff := cmp.Diff(string(want), string(got)); err == nil && (diff != "" || gotErr != nil) || (err == nil) != (gotErr == nil) {
			t.Errorf("%v, %v: (-want +got)\n%s", err, gotErr, diff)
		}
	})
}
