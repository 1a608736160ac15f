package llm

import (
	"encoding/json"
	"math"
	"testing"
)

func TestSamplingWithoutTheMapIsTheSame(t *testing.T) {
	zero, fraction := 0.0, 0.95
	for _, req := range []Request{
		{Model: "m"},
		{Model: "m", MaxTokens: 1024},
		{Model: "gpt-5-mini", MaxTokens: 1024, Temperature: &zero, Logprobs: true},
		{Model: "m", MaxTokens: 1, Temperature: &fraction, TopP: &fraction, Logprobs: true},
		{Model: "m", TopP: &zero, Logprobs: true},
	} {
		for _, form := range []uint32{0, formNoLogprobs, formMaxTokens, formCompletionTokens, formJSONObject} {
			want, err := members(sampling(&req, form))
			if err != nil {
				t.Fatal(err)
			}
			got, err := appendSampling(nil, &req, form)
			if err != nil || string(got) != string(want) {
				t.Errorf("%+v, form %d: %s, %v; want %s", req, form, got, err, want)
			}
		}
	}
}

func TestNumbersAreThoseOfEncodingJSON(t *testing.T) {
	for _, f := range []float64{0, math.Copysign(0, -1), 1, -1, 0.7, 1e-6, 9.99e-7, 1e20, 1e21, -1e21, 0.1 + 0.2, math.MaxFloat64, math.SmallestNonzeroFloat64} {
		want, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := appendNumber(nil, &f); err != nil || string(got) != string(want) {
			t.Errorf("%v: %s, %v; want %s", f, got, err, want)
		}
	}
	nan := math.NaN()
	if _, err := appendNumber(nil, &nan); err == nil {
		t.Error("NaN was written")
	}
}
