package store

import (
	"slices"
	"testing"

	"hardneg"
)

// planned is a call that is to be asked through a file.
func plannedCall(name string) hardneg.Call {
	c := aCall(hardneg.KeyOf(name))
	c.Reply, c.Cost, c.Latency, c.FinishReason = nil, 0, 0, ""
	c.Usage = hardneg.Usage{Prompt: 11, Estimated: true}
	return c
}

// plan plans requests by name in a pass.
func (r *rig) plan(pass int64, names ...string) {
	r.Helper()
	for _, n := range names {
		if _, failed, err := r.s.Plan(pass, plannedCall(n), []byte(`{"n":"`+n+`"}`), hardneg.Usage{Prompt: 100, Completion: 50}); err != nil || failed {
			r.Fatalf("%s: %v, failed %v", n, err, failed)
		}
	}
}

// planned are the bodies that a pass asks for.
func (r *rig) planned(pass int64) []PlannedRequest {
	r.Helper()
	ps, err := r.s.Planned(ctx, pass, plannedCall("").Role, 0, 1000)
	must(r, err)
	return ps
}

// build makes a batch of the first n planned requests.
func (r *rig) build(pass int64, name string, n int) Batch {
	r.Helper()
	ps := r.planned(pass)[:n]
	c := plannedCall("")
	_, err := r.s.BuildBatch(pass, Batch{Name: name, Role: c.Role, Model: c.Model, Endpoint: c.Endpoint, Requests: int64(n), Bytes: 7, Sum: "00"}, ps[0].Row, ps[n-1].Row)
	must(r, err)
	bs, err := r.s.Batches(ctx, true)
	must(r, err)
	return bs[len(bs)-1]
}

func good(name string) BatchAnswer {
	c := aCall(hardneg.KeyOf(name))
	return BatchAnswer{Key: c.Key, Call: hardneg.Call{Reply: c.Reply, Usage: hardneg.Usage{Completion: 3}, Cost: 5, FinishReason: "stop", At: c.At}}
}

func bad(name string, most int) BatchAnswer {
	return BatchAnswer{Key: hardneg.KeyOf(name), Call: hardneg.Call{Failure: "http_500", Class: "temporary", HTTPStatus: 500}, Again: true, Most: most}
}

func TestARequestIsPlannedOnceAndAnsweredAsASingleCall(t *testing.T) {
	r := newRig(t)
	r.plan(1, "a", "b", "a")
	if n := len(r.planned(1)); n != 2 {
		t.Fatalf("%d requests are planned", n)
	}
	b := r.build(1, "x", 2)
	r.plan(2, "a")
	if n := len(r.planned(2)); n != 0 {
		t.Fatalf("%d requests of a batch are planned again", n)
	}
	got, err := r.s.Settle(b.ID, []BatchAnswer{good("b"), good("nobody"), good("a"), good("b")})
	must(t, err)
	if got.Stored != 2 || got.Unknown != 1 || got.Repeated != 1 || got.Cost != 10 {
		t.Errorf("%+v", got)
	}
	again, err := r.s.Settle(b.ID, []BatchAnswer{good("a"), good("b")})
	must(t, err)
	if again.Stored != 0 || again.Repeated != 2 {
		t.Errorf("read again: %+v", again)
	}
	var want, calls []hardneg.Call
	for c, err := range r.s.Calls(ctx, hardneg.Key{}) {
		must(t, err)
		calls = append(calls, c)
	}
	for _, n := range []string{"b", "a"} {
		c := aCall(hardneg.KeyOf(n))
		c.Latency, c.Cost, c.FinishReason = 0, 5, "stop"
		c.Usage = hardneg.Usage{Prompt: 11, Completion: 3, Estimated: true}
		want = append(want, c)
	}
	for i := range want {
		if calls[i].Key != want[i].Key || string(calls[i].Reply) != string(want[i].Reply) || string(calls[i].Request) != string(want[i].Request) ||
			calls[i].System != want[i].System || calls[i].Usage != want[i].Usage || calls[i].Stage != want[i].Stage || calls[i].Endpoint != want[i].Endpoint {
			t.Errorf("call %d: %+v, want %+v", i, calls[i], want[i])
		}
	}
	if missing, err := r.s.Finish(b, "missing", 3); err != nil || missing != 0 {
		t.Errorf("%d missing, %v", missing, err)
	}
	r.wantClean()
}

func TestARequestThatNeverGetsAnAnswerFailsAfterABoundAndIsForgottenByRetry(t *testing.T) {
	r := newRig(t)
	c := plannedCall("a")
	for round := range 3 {
		r.plan(int64(round+1), "a", "b")
		b := r.build(int64(round+1), string(rune('x'+round)), 2)
		if _, err := r.s.Settle(b.ID, []BatchAnswer{bad("a", 2)}); err != nil {
			t.Fatal(err)
		}
		if missing, err := r.s.Finish(b, "missing", 2); err != nil || missing != 1 {
			t.Fatalf("%d missing, %v", missing, err)
		}
	}
	for name, reason := range map[string]string{"a": "http_500", "b": "missing"} {
		f, failed, err := r.s.Plan(9, plannedCall(name), nil, hardneg.Usage{})
		must(t, err)
		if !failed || f.Failure != reason {
			t.Errorf("%s: failed %v, %q", name, failed, f.Failure)
		}
	}
	if n := len(r.planned(9)); n != 0 {
		t.Errorf("%d failed requests are planned", n)
	}
	r.wantNumber(3, "SELECT count(*) FROM calls WHERE ok = 0")
	r.wantClean()
	_, err := r.s.Retry(r.c, map[string]bool{c.Stage: true}, "")
	must(t, err)
	r.plan(10, "a", "b")
	if n := len(r.planned(10)); n != 2 {
		t.Errorf("%d are planned after a retry", n)
	}
}

func TestWhatNoPassAsksForIsNotSent(t *testing.T) {
	r := newRig(t)
	r.plan(1, "old", "both")
	pass, err := r.s.NextPass(ctx)
	must(t, err)
	r.plan(pass, "both", "new")
	var bodies []string
	for _, p := range r.planned(pass) {
		bodies = append(bodies, string(p.Body))
	}
	if !slices.Equal(bodies, []string{`{"n":"both"}`, `{"n":"new"}`}) {
		t.Errorf("planned: %v", bodies)
	}
	b := r.build(pass, "x", 2)
	if ok, err := r.s.Wanted(ctx, b.ID, pass); err != nil || !ok {
		t.Errorf("wanted %v, %v", ok, err)
	}
	r.plan(pass+1, "new")
	if ok, err := r.s.Wanted(ctx, b.ID, pass+1); err != nil || ok {
		t.Errorf("a batch with a request that nobody wants: %v, %v", ok, err)
	}
	must(t, r.s.DropBatch(b.ID))
	if n := len(r.planned(pass + 1)); n != 1 {
		t.Errorf("%d are planned after the batch was dropped", n)
	}
	r.wantClean()
}

func TestASingleReplyThatCameMeanwhileStands(t *testing.T) {
	r := newRig(t)
	r.plan(1, "a", "b")
	b := r.build(1, "x", 1)
	must(t, r.s.Record(aCall(hardneg.KeyOf("a"))))
	must(t, r.s.Record(aCall(hardneg.KeyOf("b"))))
	if n := len(r.planned(1)); n != 0 {
		t.Errorf("%d answered requests are planned", n)
	}
	got, err := r.s.Settle(b.ID, []BatchAnswer{good("a")})
	must(t, err)
	if got.Repeated != 1 {
		t.Errorf("%+v", got)
	}
	r.wantNumber(2, "SELECT count(*) FROM calls")
	r.wantClean()
}

func TestAFileOfTheFirstSchemaIsUpgradedWithItsData(t *testing.T) {
	r := newRig(t)
	newScene(r)
	must(t, r.s.Record(vectorsCall("vectors of passages", textKey("p"), textKey("q"))))
	must(t, r.s.Record(vectorsCall("vector of a query", textKey("q"))))
	calls := r.number("SELECT count(*) FROM calls")
	must(t, r.s.Close())
	tamper(t, r.dir, "DROP TABLE batch_requests", "DROP TABLE batches", "DROP TABLE opinions", "DROP TABLE links", "DROP TABLE similarities", "DROP TABLE vectors", "DROP TABLE tags", "DROP TABLE composed", "DROP TABLE signatures", "ALTER TABLE queries DROP COLUMN tags", "DELETE FROM tasks WHERE recipe IN (SELECT id FROM recipes WHERE stage = 'similarity')", "DELETE FROM counts WHERE recipe IN (SELECT id FROM recipes WHERE stage = 'similarity')", "DELETE FROM counts WHERE outcome = 10", "PRAGMA user_version = 1")
	for _, table := range []string{"meta", "recipes", "origins", "profiles", "calls"} {
		tamper(t, r.dir, "ALTER TABLE "+table+" DROP COLUMN sum")
	}
	tamper(t, r.dir, "ALTER TABLE calls DROP COLUMN unreadable", "ALTER TABLE spend DROP COLUMN unreadable")
	for _, table := range []string{"calls", "spend"} {
		tamper(t, r.dir, "ALTER TABLE "+table+" DROP COLUMN written")
	}
	r.open()
	defer r.s.Close()
	r.wantNumber(int64(len(migrationNames())), "PRAGMA user_version")
	r.wantNumber(calls, "SELECT count(*) FROM calls")
	r.wantVectors(map[string]string{"p": "0 of p, q", "q": "1 of p, q"}, "p", "q", "r")
	r.plan(1, "a")
	r.wantClean()
}
