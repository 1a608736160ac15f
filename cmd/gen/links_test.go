package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// linkedCorpus is a labCorpus in which each passage but the last refers to the two after it, and the first one to a passage that is
// nowhere.
func linkedCorpus(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	i := 0
	for line := range strings.Lines(labCorpus(n)) {
		var p map[string]any
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatal(err)
		}
		var cites []string
		for next := i + 1; next < min(i+3, n); next++ {
			cites = append(cites, fmt.Sprintf("p%05d", next))
		}
		if i == 0 {
			cites = append(cites, "nowhere")
		}
		p["cites"] = cites
		out, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(out, '\n'))
		i++
	}
	return b.String()
}

// linksLab has negatives by links.
func linksLab(t *testing.T, n int) *denseLab {
	t.Helper()
	l := newDenseLab(t, n, mockllm.Config{}, "openai")
	l.write("corpus.jsonl", linkedCorpus(t, n))
	return l
}

func withLinks(args ...string) []string {
	return append(args, "--set", "corpus.fields.links=cites", "--set", "generate.negatives=[{strategy: links, encoder: encoder, count: 4}]")
}

func TestLinksFindWhatAPassageRefersTo(t *testing.T) {
	t.Parallel()
	l := linksLab(t, 20)
	all, _ := l.objects(withLinks("plan")...)
	planned := map[string]int64{}
	for _, o := range all {
		if o.Model == "e5" {
			planned[o.Stage] += o.Calls
		}
	}
	if planned[stageIndex] != 3 || planned[stageNegatives] != 5 {
		t.Errorf("planned are %v, want 3 requests for 20 passages, and 5 for 40 queries, 8 each", planned)
	}
	r := l.must(0, withLinks("run")...)
	if !strings.Contains(r.err, "1 of 38 links name passages that are not in the run") {
		t.Errorf("links to nothing are not told of: %s", r.err)
	}
	found := 0
	for _, row := range l.rows("run/export") {
		var at int
		if _, err := fmt.Sscanf(row.PassageID, "p%05d", &at); err != nil {
			t.Fatal(err)
		}
		for _, n := range row.Negatives {
			var hit int
			if _, err := fmt.Sscanf(n.DocID, "p%05d", &hit); err != nil {
				t.Fatal(err)
			}
			if found++; n.Source != "mined" || n.Strategy != "links" || hit <= at || hit > at+4 {
				t.Errorf("%+v for passage %s", n, row.PassageID)
			}
		}
	}
	if found == 0 {
		t.Error("nothing was found")
	}
	out := l.must(0, withLinks("why", "p00003")...).out
	for _, want := range []string{"found: one hop from the query's passage, path 1, step 1; cosine ", "found: two hops from the query's passage, path "} {
		if !strings.Contains(out, want) {
			t.Errorf("why does not say %q:\n%s", want, out)
		}
	}
	for text, n := range l.encoded() {
		if n != 1 {
			t.Errorf("%q was sent %d times", text, n)
		}
	}
	sent := l.server.Count()
	l.must(0, withLinks("run")...)
	if l.server.Count() != sent {
		t.Error("a finished run made calls")
	}
	l.must(0, withLinks("check")...)
	again := linksLab(t, 20)
	again.must(0, withLinks("run", "--set", "models.encoder.concurrency=1", "--set", "models.encoder.texts=3")...)
	if got, want := again.sums("run/export")["jsonl/data/train.jsonl"], l.sums("run/export")["jsonl/data/train.jsonl"]; got != want || got == "" {
		t.Error("other batches and another order give another export")
	}
}

// A passage that refers to nothing gets no negative, costs no vector of its query, and is no failure.
func TestAPassageWithoutLinksIsNoError(t *testing.T) {
	t.Parallel()
	l := newDenseLab(t, 12, mockllm.Config{}, "openai")
	l.must(0, withLinks("import", "corpus.jsonl")...)
	r := l.must(4, withLinks("run")...) // there is nothing to export
	if !strings.Contains(r.err, "no passage refers to another one of the run") {
		t.Error(r.err)
	}
	for text := range l.encoded() {
		if strings.HasPrefix(text, "query: ") {
			t.Errorf("a vector was paid for that nothing needs: %q", text)
		}
	}
	if s := l.status().stage(stageNegatives); s.Failed != 0 || s.Rejected != s.Planned || s.Planned == 0 {
		t.Errorf("%+v", s)
	}
}

// A run that was begun without links reads them from the same file when they are named, and that is a change of stage negatives.
func TestLinksCanBeReadLater(t *testing.T) {
	t.Parallel()
	l := linksLab(t, 12)
	l.must(0, "run")
	bare := l.rows("run/export")
	l.must(2, withLinks("run")...)
	l.must(0, withLinks("run", "--accept-changes")...)
	whole := linksLab(t, 12)
	whole.must(0, withLinks("run")...)
	if name := "jsonl/data/train.jsonl"; len(bare) == 0 || l.sums("run/export")[name] != whole.sums("run/export")[name] {
		t.Errorf("links that were read later give another export: %v", maps.Keys(l.sums("run/export")))
	}
	for text, n := range l.encoded() {
		if strings.HasPrefix(text, "passage: ") && n != 1 {
			t.Errorf("%q was sent %d times", text, n)
		}
	}
}

func TestLinksNeedAFieldAndWholeDocuments(t *testing.T) {
	t.Parallel()
	l := linksLab(t, 5)
	set := "generate.negatives=[{strategy: links, encoder: encoder, from: 2}]"
	r := l.must(2, "run", "--set", set)
	for _, want := range []string{"follows links, and none are read", "set corpus.fields.links", "a strategy that follows links has no ranks"} {
		if !strings.Contains(r.err, want) {
			t.Errorf("%q is not said: %s", want, r.err)
		}
	}
	r = l.must(2, withLinks("run", "--set", "corpus.chunk.max_words=30")...)
	if !strings.Contains(r.err, "links name whole documents") {
		t.Error(r.err)
	}
	r = l.must(2, "run", "--set", "generate.negatives=[{strategy: query-only, paths: 2}]")
	if !strings.Contains(r.err, "only a strategy that follows links takes it") {
		t.Error(r.err)
	}
}

// Whenever a run is killed, its walks go on as those of a run that was left alone.
func TestLinksKilledAndResumed(t *testing.T) {
	t.Parallel()
	whole := linksLab(t, 20)
	whole.must(0, withLinks("run")...)
	l := newDenseLab(t, 20, mockllm.Config{Latency: 10 * time.Millisecond}, "openai")
	l.write("corpus.jsonl", linkedCorpus(t, 20))
	kills := 0
	for wait := 60 * time.Millisecond; kills < 4; wait += 60 * time.Millisecond {
		c := l.command(withLinks("run")...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(wait)
		kill(t, c, syscall.SIGKILL)
		_ = c.Wait() // it was killed
		kills++
	}
	l.must(0, withLinks("run")...)
	l.must(0, withLinks("check")...)
	if want := whole.sums("run/export"); !maps.Equal(l.sums("run/export"), want) {
		t.Error("a run that was killed has another export")
	}
	for text, n := range l.encoded() {
		if n > 1+kills { // what was in flight is asked for again
			t.Errorf("%q was sent %d times", text, n)
		}
	}
}
