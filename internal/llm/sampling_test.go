package llm

import "testing"

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
			want, err := members(sampling(req, form))
			if err != nil {
				t.Fatal(err)
			}
			got, err := appendSampling(nil, req, form)
			if err != nil || string(got) != string(want) {
				t.Errorf("%+v, form %d: %s, %v; want %s", req, form, got, err, want)
			}
		}
	}
}
