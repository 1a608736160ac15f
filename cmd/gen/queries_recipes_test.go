package main

import (
	"maps"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// trip has every query look for its passage; the mock's queries are four words of it, and with 60 passages that are alike some find another one.
var trip = []string{"--set", "generate.queries.round_trip.by=bm25"}

func withTrip(args ...string) []string { return append(args, trip...) }

func TestQueriesThatDoNotFindTheirPassageAreRejectedByName(t *testing.T) {
	t.Parallel()
	l := newLab(t, 60, mockllm.Config{})
	l.must(0, withTrip("run")...)
	refused := func(sets ...string) (n int64) {
		for _, r := range l.statusOf(append(withTrip(), sets...)...).stage(stageQueries).Reasons {
			if r.Reason == "not_found_again" && r.Outcome == "rejected" {
				n += r.N
			}
		}
		return n
	}
	first := refused()
	if first == 0 {
		t.Fatal("every query found its passage")
	}
	sent := l.server.Count()
	l.must(0, withTrip("run")...)
	if r := l.must(2, withTrip("run", "--set", "generate.queries.round_trip.top=3")...); !strings.Contains(r.err, "generate.queries.round_trip.top was 1, is 3") || !strings.Contains(r.err, "queries: ") {
		t.Error(r.err)
	}
	if l.server.Count() != sent {
		t.Error("calls were made for what was answered, or refused")
	}
	l.must(0, withTrip("run", "--accept-changes", "--set", "generate.queries.round_trip.top=3")...)
	if more := refused(); more == 0 || more >= first {
		t.Errorf("%d queries don't find their passage first, %d among the first three", first, more)
	}
	l.must(0, withTrip("check", "--set", "generate.queries.round_trip.top=3")...)
	l.write("more.jsonl", labCorpus(70))
	l.must(0, withTrip("import", "more.jsonl")...)
	if r := l.must(2, withTrip("run", "--set", "generate.queries.round_trip.top=3")...); !strings.Contains(r.err, "top 3 of corpus ") {
		t.Errorf("passages that came later are in no rank, and it is not said: %s", r.err)
	}
	if r := l.must(2, withTrip("run", "--shard", "0/2")...); !strings.Contains(r.err, "generate.queries.round_trip looks for queries in the whole corpus") {
		t.Error(r.err)
	}
}

// Queries of two turns come to the same one by one, in two waves of batches, and after kills; `gen why` shows both.
func TestPersonasHoweverTheyAreAsked(t *testing.T) {
	t.Parallel()
	args := func(more ...string) []string {
		return append(more, "--set", "generate.queries.prompt=query-persona", "--set", "generate.queries.round_trip.by=bm25", "--set", "generate.queries.round_trip.top=5")
	}
	live := newLab(t, 10, mockllm.Config{})
	first, _ := live.objects(args("plan")...)
	live.must(0, args("run")...)
	if _, calls := ofStage(first, stageQueries); calls != 40 || live.callsOf(stageQueries) != 40 {
		t.Errorf("%d calls planned, %d made; want two for each of 20 queries", calls, live.callsOf(stageQueries))
	}
	l := newBatchLab(t, 10, mockllm.Config{})
	l.must(0, args("run")...)
	l.submittedOnce()
	if !maps.Equal(live.sums("run/export"), l.sums("run/export")) {
		t.Error("the export is another one")
	}
	killed := newLab(t, 10, mockllm.Config{Latency: 20 * time.Millisecond})
	for landed := 0; landed < 3; landed++ {
		c := killed.command(args("run", "--stage", "queries")...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "a call", func() bool {
			return killed.server.Count() > 8*landed && killed.server.InFlight() > 0 || killed.server.Count() >= 40
		})
		_ = c.Process.Signal(syscall.SIGKILL) // it may have ended
		_ = c.Wait()
	}
	killed.must(0, args("run")...)
	if !maps.Equal(live.sums("run/export"), killed.sums("run/export")) {
		t.Error("the export of a killed run is another one")
	}
	out := live.must(0, args("why", live.rows(filepath.Join("run", "export"))[0].PassageID)...).out
	for _, want := range []string{"who asks it was chosen before:", "<<<characters ", `"question_type"`, "Second turn. Write the one query"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// Files of examples and characters are read when the config is, and what is wrong with them is said with their lines.
func TestExamplesAndCharactersFromFiles(t *testing.T) {
	t.Parallel()
	l := newLab(t, 6, mockllm.Config{})
	few := func(prompt, file string, args ...string) []string {
		return append(args, "--set", "generate.queries.prompt="+prompt, "--set", "generate.queries.examples_file="+file)
	}
	l.write("good.jsonl", `{"passage": "Rye grows on poor soil.", "query": "grain for sandy fields", "bad_query": "what grows"}`+"\n\n"+`{"passage": "b", "query": "c", "bad_query": "d"}`)
	l.write("plain.jsonl", `{"passage": "Rye grows on poor soil.", "query": "grain for sandy fields"}`)
	l.write("bad.jsonl", `{"passage": "a", "query": "b"}`+"\n"+`{"passage": "a"}`+"\n"+`{"pasage": "a"}`+"\n[1]\n")
	l.write("none.jsonl", "\n")
	l.must(0, few("query-good-bad", "good.jsonl", "run")...)
	sent := l.server.Count()
	for _, c := range l.recipeCalls() {
		if c.Stage == stageQueries && (!strings.Contains(c.System, "good query 1 ") || !strings.Contains(c.System, "grain for sandy fields") || !strings.Contains(c.System, "what grows")) {
			t.Fatal(c.System)
		}
	}
	l.write("good.jsonl", `{"passage": "Rye grows on poor soil.", "query": "grain for sandy ground", "bad_query": "what grows"}`)
	if r := l.must(2, few("query-good-bad", "good.jsonl", "run")...); !strings.Contains(r.err, "redoes finished items") {
		t.Errorf("other examples are taken without a word: %s", r.err)
	}
	for file, want := range map[string]string{"plain.jsonl": "plain.jsonl:1: bad_query is missing", "none.jsonl": "none.jsonl: 0 examples; use 1 to 8", "no.jsonl": "no such file",
		"bad.jsonl": "bad.jsonl:3: not a JSON object with these fields: json: unknown field \"pasage\""} {
		if r := l.must(2, few("query-good-bad", file, "run")...); !strings.Contains(r.err, want) || !strings.Contains(r.err, "generate.queries.examples_file") {
			t.Errorf("%s: %s", file, r.err)
		}
	}
	l.write("people.txt", "\ufeffa miller\n{\"persona\": \"a sailor  of the north\", \"id\": 3}\n\na miller\n")
	l.write("nobody.txt", "{\"name\": \"x\"}\n")
	personas := func(file string, args ...string) []string {
		return append(args, "--set", "generate.queries.prompt=query-persona", "--set", "generate.queries.personas_file="+file)
	}
	l.must(0, personas("people.txt", "run", "--set", "run.dir=other")...)
	if r := l.must(2, personas("nobody.txt", "run", "--set", "run.dir=other")...); !strings.Contains(r.err, "nobody.txt:1: there is no persona in it") {
		t.Error(r.err)
	}
	if l.server.Count() == sent {
		t.Error("nobody was asked in the name of characters")
	}
}
