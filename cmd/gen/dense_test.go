package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// denseLab is a lab with an encoder beside its models, and mined negatives by it. It counts how often each text's vector was asked for.
type denseLab struct {
	*lab
	mu    sync.Mutex
	texts map[string]int
	sizes [][]string // the texts of each request
}

func newDenseLab(t *testing.T, passages int, cfg mockllm.Config, provider string) *denseLab {
	t.Helper()
	l := &denseLab{texts: map[string]int{}}
	cfg.Fault = l.count
	l.lab = newLab(t, passages, cfg)
	url := l.server.URL
	if provider == "openai" {
		url += "/v1"
	}
	text := strings.Replace(fmt.Sprintf(labConfig, l.server.URL), "generate:\n", fmt.Sprintf(
		"  encoder: {provider: %s, model: e5, base_url: %q, api_key: \"\", query_prefix: \"query: \", passage_prefix: \"passage: \", texts: 8, "+
			"concurrency: 4, patience: 3s, timeout: 20s, price: {input: 1}}\ngenerate:\n", provider, url), 1)
	text = strings.Replace(text, "[{strategy: query-only, model: writer, count: 3}]",
		"[{strategy: query-only, model: writer, count: 1}, {strategy: dense, encoder: encoder, count: 3, filter: none, floor: -1, from: 2, to: 20}]", 1)
	l.write("config.yaml", text)
	return l
}

func (l *denseLab) count(_ int, r mockllm.Recorded) *mockllm.Fault {
	var body struct {
		Input []string `json:"input"`
	}
	if r.Path != "/v1/embeddings" && r.Path != "/api/embed" {
		return nil
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		panic(err) // nobody but the server asks
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, text := range body.Input {
		l.texts[text]++
	}
	l.sizes = append(l.sizes, body.Input)
	return nil
}

func (l *denseLab) encoded() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.texts)
}

func TestDenseNegativesAreFoundJudgedAndExported(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"openai", "ollama"} {
		l := newDenseLab(t, 30, mockllm.Config{}, provider)
		all, _ := l.objects("plan")
		planned := map[string]int64{}
		for _, o := range all {
			if o.Model == "e5" {
				planned[o.Stage] += o.Calls
			}
		}
		if planned["index"] != 4 || planned["negatives"] != 8 {
			t.Errorf("%s: planned are %v, want 4 requests for 30 passages and 8 for 60 queries", provider, planned)
		}
		l.must(0, "run")
		found := 0
		for _, r := range l.rows("run/export") {
			for _, n := range r.Negatives {
				if n.Strategy != "dense" {
					continue
				}
				if found++; n.Source != "mined" || n.DocID == r.PassageID || n.Model != "" {
					t.Errorf("%s: %+v in the row of %s", provider, n, r.PassageID)
				}
			}
		}
		if found == 0 {
			t.Errorf("%s: no negative by dense", provider)
		}
		prefixes := map[string]int{}
		for text, n := range l.encoded() {
			prefix, _, _ := strings.Cut(text, " ")
			if prefixes[prefix]++; n != 1 {
				t.Errorf("%s: %q was sent %d times", provider, text, n)
			}
		}
		if prefixes["passage:"] != 30 || prefixes["query:"] == 0 || len(prefixes) != 2 {
			t.Errorf("%s: texts by prefix: %v", provider, prefixes)
		}
		sent := l.server.Count()
		l.must(0, "run")
		if l.server.Count() != sent {
			t.Errorf("%s: a finished run made calls", provider)
		}
		l.must(0, "check")
		id := l.rows("run/export")[0].PassageID
		if out := l.must(0, "why", id).out; !strings.Contains(out, "found: cosine 0.") {
			t.Errorf("%s: why shows no cosine: %s", provider, out)
		}
	}
}

// Whenever a run is killed, no vector that was stored is asked for again, and the export is that of a run that was left alone.
func TestDenseKilledAndResumed(t *testing.T) {
	t.Parallel()
	whole := newDenseLab(t, 40, mockllm.Config{}, "openai")
	whole.must(0, "run")
	want := whole.sums("run/export")
	l := newDenseLab(t, 40, mockllm.Config{Latency: 15 * time.Millisecond}, "openai")
	kills := 6
	for range kills {
		c := l.command("run")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(100+rand.IntN(300)) * time.Millisecond)
		_ = c.Process.Signal(syscall.SIGKILL) // it may have ended
		_ = c.Wait()
	}
	l.must(0, "run", "--set", "models.encoder.texts=5", "--set", "models.encoder.concurrency=1")
	if !maps.Equal(want, l.sums("run/export")) {
		t.Error("the export is another one")
	}
	twice := 0
	for _, n := range l.encoded() {
		twice += n - 1
	}
	if most := kills * 4 * 8; twice > most { // what was in flight at each kill: 4 requests of 8 texts
		t.Errorf("%d texts were sent again, more than the %d that were in flight", twice, most)
	}
	s := l.status()
	l.must(0, "check")
	if s.Calls.OK == 0 {
		t.Error("no calls are counted")
	}
}

func TestAnotherEncoderIsAChangeThatIsDeclared(t *testing.T) {
	t.Parallel()
	l := newDenseLab(t, 12, mockllm.Config{}, "openai")
	l.must(0, "run")
	sent := l.server.Count()
	for _, set := range []string{"models.encoder.model=other", "models.encoder.query_prefix=", "models.encoder.dimensions=24",
		"generate.negatives.1.filter=abs", "generate.negatives.1.floor=0.1", "generate.negatives.1.to=15"} {
		if r := l.must(2, "run", "--set", set); !strings.Contains(r.err, "--accept-changes") {
			t.Errorf("%s: %s", set, r.err)
		}
	}
	if l.server.Count() != sent {
		t.Error("refused runs made calls")
	}
	l.must(0, "run", "--set", "models.encoder.texts=3", "--set", "models.encoder.concurrency=1") // how texts are sent changes none
	if l.server.Count() != sent {
		t.Error("another size of requests made calls")
	}
	l.must(0, "run", "--accept-changes", "--set", "models.encoder.texts=5", "--set", "generate.negatives.1.filter=abs", "--set", "generate.negatives.1.limit=0.9")
	for text, n := range l.encoded() {
		if n != 1 {
			t.Errorf("another filter sent %q again", text)
		}
	}
}

func TestABudgetHoldsForVectors(t *testing.T) {
	t.Parallel()
	l := newDenseLab(t, 40, mockllm.Config{}, "openai")
	l.must(8, "run", "--set", "run.budget.calls=3")
	if n := l.server.Count(); n > 3 {
		t.Errorf("%d calls", n)
	}
	l.must(0, "run", "--set", "models.encoder.texts=5") // requests of another size: the texts are known, not the requests
	for text, n := range l.encoded() {
		if n != 1 {
			t.Errorf("%q was sent %d times", text, n)
		}
	}
}

func TestAnEncoderThatGivesNoVectorsStopsTheRun(t *testing.T) {
	t.Parallel()
	l := newDenseLab(t, 10, mockllm.Config{Vectors: func(_, text string) []float32 {
		if strings.Contains(text, "Record 7 ") {
			return []float32{0, 0}
		}
		return []float32{1, float32(len(text))}
	}}, "openai")
	if r := l.must(5, "run"); !strings.Contains(r.err, "passage p00007 gets no vector") {
		t.Error(r.err)
	}
	if s := l.status().stage(stageNegatives); s.Failed != 0 {
		t.Errorf("items were charged: %+v", s)
	}
}

func TestDoctorAsksTheEncoder(t *testing.T) {
	t.Parallel()
	l := newDenseLab(t, 5, mockllm.Config{}, "openai")
	if r := l.must(0, "doctor"); !strings.Contains(r.out, "models.encoder") || !strings.Contains(r.out, "dimension 48") {
		t.Error(r.out)
	}
	l.server.Close()
	l.must(5, "doctor")
}

func TestDenseOffline(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 30)
	args := []string{"--set", "models.rules={provider: offline}", "--set", "generate.negatives=[{strategy: dense, encoder: rules, count: 3, floor: 0.05}]"}
	l.must(0, append([]string{"run"}, args...)...)
	l.must(0, append([]string{"check"}, args...)...)
	if s := l.status().stage(stageNegatives); s.Done == 0 {
		t.Errorf("%+v", s)
	}
}
