package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// denseTrip has every query look for its passage by the encoder of the lab.
func denseTrip(top int, args ...string) []string {
	return append(args, "--set", "generate.queries.round_trip.by=dense", "--set", "generate.queries.round_trip.encoder=encoder",
		"--set", fmt.Sprint("generate.queries.round_trip.top=", top))
}

func newTripLab(t *testing.T, passages int, cfg mockllm.Config) *denseLab {
	cfg.Vectors = func(_, text string) []float32 { return wordVector(text) }
	return newDenseLab(t, passages, cfg, "openai")
}

// rankByVectors is the rank of a passage of the lab's corpus for a query, by the vectors that the mock gives.
func rankByVectors(t *testing.T, passages int, query, id string) int {
	scores := map[string]float64{}
	for line := range strings.Lines(labCorpus(passages)) {
		var p struct {
			ID    string `json:"_id"`
			Title string `json:"title"`
			Text  string `json:"text"`
		}
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatal(err)
		}
		scores[p.ID] = naiveCosine(query, labText{Title: p.Title, Text: p.Text})
	}
	rank := 1
	for _, s := range scores {
		if s > scores[id]+1e-6 {
			rank++
		}
	}
	return rank
}

func TestQueriesAreKeptThatFindTheirPassageByVectors(t *testing.T) {
	t.Parallel()
	const passages = 40
	l := newTripLab(t, passages, mockllm.Config{})
	all, _ := l.objects(denseTrip(1, "plan")...)
	planned := map[string]int64{}
	for _, o := range all {
		if o.Model == "e5" {
			planned[o.Stage] += o.Calls
		}
	}
	if planned["index"] != 5 || planned["queries"] != 10 || planned["negatives"] != 0 {
		t.Errorf("planned are %v, want 5 requests for 40 passages, 10 for 80 queries, and none for queries again", planned)
	}
	refused := func(top int) (n int64) {
		for _, r := range l.statusOf(denseTrip(top)...).stage(stageQueries).Reasons {
			if r.Reason == "not_found_again" && r.Outcome == "rejected" {
				n += r.N
			}
		}
		return n
	}
	l.must(0, denseTrip(1, "run")...)
	if n := len(l.queryRequests()); n > 14 { // of ten, if nothing ever has to wait for the writer
		t.Errorf("%d requests for the vectors of 80 queries, 8 each", n)
	}
	first := refused(1)
	if first == 0 {
		t.Fatal("every query found its passage")
	}
	rows := l.rows("run/export")
	for _, r := range rows {
		if rank := rankByVectors(t, passages, r.Query, r.PassageID); rank != 1 {
			t.Errorf("%q was kept, and its passage has the rank %d", r.Query, rank)
		}
	}
	if len(rows) == 0 {
		t.Error("no row")
	}
	sent := l.server.Count()
	if r := l.must(2, denseTrip(3, "run")...); !strings.Contains(r.err, "--accept-changes") {
		t.Error(r.err)
	}
	l.must(0, denseTrip(3, "run", "--accept-changes")...)
	if more := refused(3); more == 0 || more >= first {
		t.Errorf("%d queries don't find their passage first, %d among the first three", first, more)
	}
	for text, n := range l.encoded() {
		if n != 1 {
			t.Errorf("%q was sent %d times", text, n)
		}
	}
	if l.server.Count() == sent {
		t.Error("queries that were refused before had no negatives made")
	}
	l.must(0, denseTrip(3, "check")...)
	if r := l.must(2, denseTrip(3, "run", "--shard", "0/2")...); !strings.Contains(r.err, "generate.queries.round_trip looks for queries") && !strings.Contains(r.err, "finds passages in the whole corpus") {
		t.Error(r.err)
	}
}

func TestARoundTripByVectorsIsKilledAndResumed(t *testing.T) {
	t.Parallel()
	whole := newTripLab(t, 30, mockllm.Config{})
	whole.must(0, denseTrip(2, "run")...)
	l := newTripLab(t, 30, mockllm.Config{Latency: 15 * time.Millisecond})
	kills := 5
	for range kills {
		c := l.command(denseTrip(2, "run")...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(100+rand.IntN(200)) * time.Millisecond)
		_ = c.Process.Signal(syscall.SIGKILL) // it may have ended
		_ = c.Wait()
	}
	l.must(0, denseTrip(2, "run")...)
	if !maps.Equal(whole.sums("run/export"), l.sums("run/export")) {
		t.Error("the export is another one")
	}
	twice := 0
	for _, n := range l.encoded() {
		twice += n - 1
	}
	if most := kills * 4 * 8; twice > most { // 4 requests of 8 texts in flight at each kill
		t.Errorf("%d texts were sent again, more than the %d that were in flight", twice, most)
	}
}

func TestARoundTripByVectorsNeedsAnEncoder(t *testing.T) {
	t.Parallel()
	l := newTripLab(t, 3, mockllm.Config{})
	for args, want := range map[string]string{
		"by=dense":                   "generate.queries.round_trip.encoder",
		"by=bm25 encoder=encoder":    "only a round trip by vectors takes it",
		"by=dense encoder=writer":    "writes or judges",
		"by=dense encoder=nobody":    "there is no model",
		"by=vectors encoder=encoder": "is not known here",
	} {
		var sets []string
		for _, s := range strings.Fields(args) {
			sets = append(sets, "--set", "generate.queries.round_trip."+s)
		}
		if r := l.must(2, append([]string{"run"}, sets...)...); !strings.Contains(r.err, want) {
			t.Errorf("%s: %s", args, r.err)
		}
	}
}
