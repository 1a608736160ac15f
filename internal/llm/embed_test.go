package llm

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

func encoderOf(t *testing.T, kind, url string) Provider {
	t.Helper()
	var p Provider
	var err error
	switch kind {
	case "openai":
		p, err = NewOpenAI(Options{Endpoint: url + "/v1", Concurrency: 1})
	case "ollama":
		p, err = NewOllama(Options{Endpoint: url, Concurrency: 1})
	default:
		p = NewOffline(1)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEncodersGiveAVectorForEachText(t *testing.T) {
	t.Parallel()
	server := mockllm.New(mockllm.Config{})
	t.Cleanup(server.Close)
	for _, kind := range []string{"openai", "ollama", "offline"} {
		p := encoderOf(t, kind, server.URL)
		req := Request{Model: "e", Texts: []string{"honey bees", "granite \"quarries\"\n<x>", "honey bees"}, Dimensions: 32}
		resp, err := p.Complete(context.Background(), req)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if len(resp.Vectors) != 3 || len(resp.Vectors[0]) != 32 || resp.Usage.Prompt == 0 || resp.Usage.Completion != 0 {
			t.Fatalf("%s: %d vectors, %+v", kind, len(resp.Vectors), resp.Usage)
		}
		same := func(a, b []float32) bool {
			return strings.Compare(string(encodeVectors([][]float32{a})), string(encodeVectors([][]float32{b}))) == 0
		}
		if !same(resp.Vectors[0], resp.Vectors[2]) || same(resp.Vectors[0], resp.Vectors[1]) {
			t.Errorf("%s: vectors do not go with their texts", kind)
		}
		keys, vs, err := StoredVectors(req.Logical(), resp.Raw)
		if err != nil || keys[0] != keys[2] || keys[0] == keys[1] || keys[1] != req.TextKey(req.Texts[1]) || !same(vs[1], resp.Vectors[1]) {
			t.Errorf("%s: what is stored is something else: %v", kind, err)
		}
		again, err := Decode(kind, resp.Raw)
		if err != nil || len(again.Vectors) != 3 || len(resp.Raw) != 12+4*3*32 {
			t.Errorf("%s: %d bytes: %v", kind, len(resp.Raw), err)
		}
	}
}

func TestTheKeyOfATextNamesWhatDecidesItsVector(t *testing.T) {
	t.Parallel()
	base := Request{Model: "e", Texts: []string{"a", "b"}}
	for name, other := range map[string]Request{
		"model": {Model: "f", Texts: base.Texts}, "dimensions": {Model: "e", Texts: base.Texts, Dimensions: 8}, "text": {Model: "e", Texts: []string{"b", "a"}},
		"extra": {Model: "e", Texts: base.Texts, Extra: map[string]any{"task": "x"}},
	} {
		if other.TextKey(other.Texts[0]) == base.TextKey("a") || other.Key() == base.Key() {
			t.Errorf("another %s has the same key", name)
		}
	}
}

// A server that mixes up vectors is not believed, and a vector that is none is no vector.
func TestVectorsThatAreNoneAreErrors(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, kind, body string
		class            Class
		reason           string
	}{
		{"too few", "openai", `{"data":[{"index":0,"embedding":[1,2]}]}`, Down, "bad_vectors"},
		{"too few of ollama", "ollama", `{"embeddings":[[1,2]]}`, Down, "bad_vectors"},
		{"too many", "ollama", `{"embeddings":[[1,2],[1,2],[1,2]]}`, Down, "bad_vectors"},
		{"out of order", "openai", `{"data":[{"index":1,"embedding":[1,2]},{"index":0,"embedding":[1,2]}]}`, Down, "bad_vectors"},
		{"no index", "openai", `{"data":[{"embedding":[1,2]},{"embedding":[1,2]}]}`, Down, "bad_vectors"},
		{"two dimensions", "openai", `{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1,2,3]}]}`, Down, "bad_vectors"},
		{"no numbers", "ollama", `{"embeddings":[[],[]]}`, Down, "bad_vectors"},
		{"null among the numbers", "ollama", `{"embeddings":[[1,2],[1,null]]}`, Down, "bad_vectors"},
		{"zero", "openai", `{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[0,0]}]}`, Item, "bad_vector"},
		{"NaN in base64", "openai", `{"data":[{"index":0,"embedding":"AACAPwAAAEA="},{"index":1,"embedding":"AACAPwAAwH8="}]}`, Item, "bad_vector"},
		{"no embeddings", "ollama", `{"model":"e"}`, Temporary, "cut"},
	}
	for _, c := range cases {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(c.body))
		}))
		_, err := encoderOf(t, c.kind, server.URL).Complete(context.Background(), Request{Model: "e", Texts: []string{"one", "two"}})
		server.Close()
		if e, ok := AsError(err); !ok || e.Class != c.class || e.Reason != c.reason {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := (&Recorded{}).Complete(context.Background(), Request{Texts: []string{"a"}}); err == nil {
		t.Error("vectors were replayed that nobody recorded")
	}
}

func TestVectorsComeInOtherDimensionsThanAskedFor(t *testing.T) {
	t.Parallel()
	server := mockllm.New(mockllm.Config{Vectors: func(string, string) []float32 { return []float32{1, 2, 3} }})
	t.Cleanup(server.Close)
	_, err := encoderOf(t, "openai", server.URL).Complete(context.Background(), Request{Model: "e", Texts: []string{"a"}, Dimensions: 8})
	if err == nil || !strings.Contains(err.Error(), "has 3 numbers, want 8") {
		t.Error(err)
	}
}
