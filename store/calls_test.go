package store

import (
	"bytes"
	"iter"
	"reflect"
	"strings"
	"testing"

	"hardneg"
)

func collect[T any](t tester, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for x, err := range seq {
		must(t, err)
		out = append(out, x)
	}
	return out
}

func TestCallComesBackAsItWasRecorded(t *testing.T) {
	r := newRig(t)
	k := hardneg.KeyOf("k")
	want := aCall(k)
	want.Request = []byte(`{"user":"` + strings.Repeat("the same words ", 500) + `"}`)
	want.Reply = []byte{0, 1, 0xff, '{'}
	must(t, r.s.Record(want))
	r.reopen()
	got := collect(t, r.s.Calls(ctx, k))
	if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	c, ok, err := r.s.Lookup(ctx, k)
	must(t, err)
	if !ok || c.Key != k || !bytes.Equal(c.Reply, want.Reply) || c.Latency != want.Latency || c.Provider != want.Provider {
		t.Errorf("looked up %v %+v", ok, c)
	}
	if n := r.number("SELECT length(request) FROM calls"); n > int64(len(want.Request))/4 {
		t.Errorf("a request of %d bytes takes %d", len(want.Request), n)
	}
}

func TestStaticPartIsStoredOnce(t *testing.T) {
	r := newRig(t)
	for i, system := range []string{"one", "two", "one", "", ""} {
		if i == 2 {
			r.reopen()
		}
		c := aCall(hardneg.KeyOf(system, string(rune('a'+i))))
		c.System = system
		must(t, r.s.Record(c))
	}
	r.wantNumber(3, "SELECT count(*) FROM statics")
	var got []string
	for _, c := range collect(t, r.s.Calls(ctx, hardneg.Key{})) {
		got = append(got, c.System)
	}
	wantEqual(t, got, []string{"one", "two", "one", "", ""})
}

func TestSecondUsableReplyIsKeptAsRepeated(t *testing.T) {
	r := newRig(t)
	k := hardneg.KeyOf("k")
	second := aCall(k)
	second.Reply = []byte("another reply")
	must(t, r.s.Record(aCall(k)))
	must(t, r.s.Record(second))
	c, ok, err := r.s.Lookup(ctx, k)
	must(t, err)
	if !ok || !bytes.Equal(c.Reply, aCall(k).Reply) {
		t.Errorf("the answer changed to %q", c.Reply)
	}
	got := collect(t, r.s.Calls(ctx, k))
	if len(got) != 2 || got[1].Failure != "repeated" || string(got[1].Reply) != "another reply" {
		t.Fatalf("calls %+v", got)
	}
	sp, err := r.s.Spending(ctx)
	must(t, err)
	if len(sp) != 1 || sp[0].OK != 1 || sp[0].Failed != 1 || sp[0].Cost != 2*aCall(k).Cost || sp[0].Usage.Prompt != 200 {
		t.Errorf("two requests were sent and paid for: %+v", sp)
	}
	r.wantClean()
}

func TestFailedCallsDoNotAnswerTheirKey(t *testing.T) {
	r := newRig(t)
	k := hardneg.KeyOf("k")
	for range 3 {
		must(t, r.s.Record(failedCall(k, "timeout")))
	}
	if _, ok, err := r.s.Lookup(ctx, k); ok || err != nil {
		t.Fatalf("a failed call answers: %v, %v", ok, err)
	}
	must(t, r.s.Record(aCall(k)))
	must(t, r.s.Record(failedCall(k, "timeout")))
	if _, ok, err := r.s.Lookup(ctx, k); !ok || err != nil {
		t.Fatalf("the usable reply is hidden by failed ones: %v", err)
	}
	sp, err := r.s.Spending(ctx)
	must(t, err)
	want := Spend{Stage: "queries", Role: "writer", Model: "big", Provider: "openai", Endpoint: "http://a", OK: 1, Failed: 4,
		Usage: hardneg.Usage{Prompt: 100, Cached: 40, Written: 20, Completion: 7}, Cost: 1234, Unconfirmed: 4 * 55, Latency: 1500}
	if len(sp) != 1 || sp[0] != want {
		t.Errorf("got  %+v\nwant %+v", sp, want)
	}
	r.wantClean()
}

func TestSpendingIsByStageAndModelOverPrompts(t *testing.T) {
	r := newRig(t)
	for i, x := range []struct{ stage, model, prompt string }{{"judge", "small", "a"}, {"judge", "small", "b"}, {"judge", "big", "a"}, {"queries", "big", "a"}} {
		c := aCall(hardneg.KeyOf(string(rune('a' + i))))
		c.Stage, c.Model, c.Prompt = x.stage, x.model, x.prompt
		must(t, r.s.Record(c))
	}
	sp, err := r.s.Spending(ctx)
	must(t, err)
	var got []string
	for _, s := range sp {
		got = append(got, s.Stage+" "+s.Model+" "+string(rune('0'+s.OK)))
	}
	wantEqual(t, got, []string{"judge big 1", "judge small 2", "queries big 1"})
}

func TestCallsForNamesStageAndInput(t *testing.T) {
	r := newRig(t)
	for _, x := range []struct{ stage, input string }{{"judge", "p1"}, {"queries", "p2"}, {"queries", "p1"}} {
		c := aCall(hardneg.KeyOf(x.stage, x.input))
		c.Stage, c.Input = x.stage, x.input
		must(t, r.s.Record(c))
	}
	got := collect(t, r.s.CallsFor(ctx, "queries", "p1"))
	if len(got) != 1 || got[0].Key != hardneg.KeyOf("queries", "p1") {
		t.Errorf("calls %+v", got)
	}
}

func TestRepairedReplyCountsOnce(t *testing.T) {
	r := newRig(t)
	r.importFile("a", "a", "b")
	r.saveQueries(r.passageRow("a"), done) // its reply is repaired
	k := hardneg.KeyOf("call for", "1")
	must(t, r.s.SaveQueries(Task{Recipe: r.c.Queries, Input: r.passageRow("b"), Repaired: []hardneg.Key{k, k}}, nil))
	sp, err := r.s.Spending(ctx)
	must(t, err)
	if len(sp) != 1 || sp[0].Repaired != 1 {
		t.Errorf("spending %+v", sp)
	}
	r.wantClean()
}

func TestUnreadableReplyCountsOnce(t *testing.T) {
	r := newRig(t)
	k := hardneg.KeyOf("k")
	must(t, r.s.Record(aCall(k)))
	for range 2 {
		must(t, r.s.Unreadable(k))
	}
	must(t, r.s.Unreadable(hardneg.KeyOf("of no call")))
	sp, err := r.s.Spending(ctx)
	must(t, err)
	if len(sp) != 1 || sp[0].Unreadable != 1 || sp[0].OK != 1 {
		t.Errorf("spending %+v", sp)
	}
	r.wantClean()
}

func TestReadOnlyRunRefusesWrites(t *testing.T) {
	r := newRig(t)
	ro, err := Open(r.dir, Options{ReadOnly: true})
	must(t, err)
	defer ro.Close()
	wantStorageError(t, ro.Record(aCall(hardneg.KeyOf("k"))))
	if _, err := ro.readers.Exec("DELETE FROM recipes"); err == nil {
		t.Error("the readers' connection can write")
	}
	if _, err := r.s.readers.Exec("DELETE FROM recipes"); err == nil {
		t.Error("the readers' connection of a writable run can write")
	}
}

func TestFailedCallsAreThoseOfOneStageInTheirOrder(t *testing.T) {
	r := newRig(t)
	must(t, r.s.Record(aCall(hardneg.KeyOf("answered"))))
	for _, x := range []struct{ stage, reason string }{{"queries", "timeout"}, {"judge", "refused"}, {"queries", "http_500"}} {
		c := failedCall(hardneg.KeyOf(x.stage), x.reason)
		c.Stage = x.stage
		must(t, r.s.Record(c))
	}
	var got []string
	for _, c := range collect(t, r.s.FailedCalls(ctx, "queries")) {
		got = append(got, c.Failure)
	}
	wantEqual(t, got, []string{"timeout", "http_500"})
}
