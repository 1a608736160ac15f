package llm

import (
	"encoding/json"
	"strings"
	"testing"

	quick "github.com/go-json-experiment/json"
	"pgregory.net/rapid"
)

// slowTokens reads tokens by reflection.
func slowTokens(t interface{ Fatal(...any) }, raw string) []TokenLogprob {
	var all []TokenLogprob
	if err := json.Unmarshal([]byte(raw), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func sameTokens(a, b []TokenLogprob) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Token != b[i].Token || a[i].Logprob != b[i].Logprob || len(a[i].Top) != len(b[i].Top) {
			return false
		}
		for j := range a[i].Top {
			if a[i].Top[j] != b[i].Top[j] {
				return false
			}
		}
	}
	return true
}

func TestTokensAreReadAsByReflection(t *testing.T) {
	for _, raw := range []string{
		`null`, `[]`, ` [ ] `, `[{}]`,
		`[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[{"token":"a","logprob":-0.5,"bytes":[97]},{"token":"\"\\\u00e9\n","logprob":-1e-3}]}]`,
		"[ {\n\"top_logprobs\" : null , \"token\" : \"x\\\"\" , \"logprob\" : -9999.0 , \"more\" : {\"a\":[1,{\"b\":\"]}\"}],\"c\":true} } , {\"token\":\"y\",\"logprob\":0,\"top_logprobs\":[]} ]",
		`[{"token":"\ud83d\ude00","logprob":-1.25,"bytes":null,"top_logprobs":[{"logprob":-2,"token":""}]},{"logprob":-3,"token":"\\"}]`,
	} {
		var got wireLogprobs
		if err := quick.Unmarshal([]byte(raw), &got); err != nil || !sameTokens(got, slowTokens(t, raw)) {
			t.Errorf("%s: %+v, %v", raw, got, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		alternative := rapid.Custom(func(t *rapid.T) Alternative {
			return Alternative{rapid.String().Draw(t, "token"), rapid.Float64Range(-100, 0).Draw(t, "logprob")}
		})
		all := rapid.SliceOf(rapid.Custom(func(t *rapid.T) TokenLogprob {
			a := alternative.Draw(t, "token")
			return TokenLogprob{a.Token, a.Logprob, rapid.SliceOf(alternative).Draw(t, "top")}
		})).Draw(t, "all")
		raw, err := json.MarshalIndent(all, "", rapid.SampledFrom([]string{"", " "}).Draw(t, "indent"))
		if err != nil {
			t.Fatal(err)
		}
		var got wireLogprobs
		if err := quick.Unmarshal(raw, &got); err != nil || !sameTokens(got, slowTokens(t, string(raw))) {
			t.Fatalf("%s: %+v, %v", raw, got, err)
		}
	})
}

func TestTokensOfAnotherShapeAreLeftToTheOtherDecoder(t *testing.T) {
	for _, content := range []string{`{"token":"a"}`, `"text"`, `7`, `[1]`, `["a"]`, `[{"token":7,"logprob":-1}]`, `[{"token":"a","logprob":"-1"}]`, `[{"token":"a","logprob":-1,"top_logprobs":{"b":-2}}]`, `[null]`} {
		var got wireLogprobs
		if err := quick.Unmarshal([]byte(content), &got); err == nil {
			t.Errorf("%s was read as %+v", content, got)
		}
		raw := strings.Replace(`{"choices":[{"finish_reason":"stop","message":{"content":"yes"},"logprobs":{"content":TOKENS}}]}`, "TOKENS", content, 1)
		r, err := DecodeOpenAI([]byte(raw))
		if err != nil || r.Content != "yes" {
			t.Errorf("%s: %+v, %v", content, r, err)
		}
		var want chatCompletion
		_ = json.Unmarshal([]byte(raw), &want)
		if !sameTokens(r.Logprobs, want.Choices[0].Logprobs.Content) {
			t.Errorf("%s: %+v", content, r.Logprobs)
		}
	}
}
