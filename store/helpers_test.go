package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hardneg"
)

var ctx = context.Background()

// tester is what helpers need of a test, so that property tests can use them.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func must(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rig is an open run with the recipes of all stages.
type rig struct {
	tester
	dir string
	s   *Store
	c   Chain

	similarity int64 // the recipe, which c leaves out

	unsynced bool // spares a test of many writes the waiting for the disk
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := rigAt(t, t.TempDir())
	t.Cleanup(func() { r.s.Close() })
	return r
}

func rigAt(t tester, dir string) *rig {
	t.Helper()
	r := &rig{tester: t, dir: dir}
	r.open()
	r.c = r.recipes("")
	return r
}

func (r *rig) open() {
	r.Helper()
	s, err := Open(r.dir, Options{Command: "test", Grace: 20 * time.Millisecond})
	must(r, err)
	r.s = s
	if r.unsynced {
		_, err := s.w.conn.ExecContext(ctx, "PRAGMA synchronous = OFF")
		must(r, err)
	}
}

func (r *rig) reopen() {
	r.Helper()
	must(r, r.s.Close())
	r.open()
}

// recipes makes a chain whose judge and what follows it depend on a variant.
func (r *rig) recipes(variant string) Chain {
	r.Helper()
	var rs []Recipe
	for i, stage := range []string{"queries", "verify", "negatives", "judge", "relabel"} {
		v := ""
		if i > 2 {
			v = variant
		}
		rs = append(rs, Recipe{Stage: stage, Own: hardneg.KeyOf("own", stage, v), Hash: hardneg.KeyOf("chain", stage, v), About: stage})
	}
	rs = append(rs, Recipe{Stage: "similarity", Own: hardneg.KeyOf("own", "similarity"), Hash: hardneg.KeyOf("chain", "similarity", variant), About: "similarity", After: "judge"})
	rs, err := r.s.AddRecipes(rs)
	must(r, err)
	r.similarity = rs[5].ID
	return Chain{Queries: rs[0].ID, Verify: rs[1].ID, Negatives: rs[2].ID, Judge: rs[3].ID, Relabel: rs[4].ID}
}

func (r *rig) exec(query string, args ...any) {
	r.Helper()
	must(r, r.s.write(func(t *Tx) error {
		_, err := t.exec(query, args...)
		return err
	}))
}

// number reads one number of the file.
func (r *rig) number(query string, args ...any) int64 {
	r.Helper()
	var n int64
	must(r, r.s.readers.QueryRow(query, args...).Scan(&n))
	return n
}

func (r *rig) wantNumber(want int64, query string, args ...any) {
	r.Helper()
	if got := r.number(query, args...); got != want {
		r.Fatalf("%s: got %d, want %d", query, got, want)
	}
}

func (r *rig) wantClean() {
	r.Helper()
	vs, err := r.s.Check(ctx)
	must(r, err)
	if len(vs) > 0 {
		r.Fatalf("violations: %v", vs)
	}
}

// tally is the count of a recipe's outcome and reason.
func (r *rig) tally(recipe int64, o hardneg.Outcome, reason string) int64 {
	r.Helper()
	ts, err := r.s.Tallies(ctx)
	must(r, err)
	for _, x := range ts {
		if x.Recipe == recipe && x.Outcome == o && x.Reason == reason {
			return x.N
		}
	}
	return 0
}

func (r *rig) wantTally(want, recipe int64, o hardneg.Outcome, reason string) {
	r.Helper()
	if got := r.tally(recipe, o, reason); got != want {
		r.Fatalf("%d items %s %q of recipe %d, want %d", got, o, reason, recipe, want)
	}
}

// tamper changes the file as a foreign program does, with no constraint looked at.
func tamper(t tester, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, FileName)+"?_busy_timeout=5000")
	must(t, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, q := range append([]string{"PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON"}, statements...) {
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

func copyRun(t tester, from, to string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(from, FileName))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(to, FileName), b, 0o600))
}

func passage(id string) hardneg.Passage {
	return hardneg.Passage{ID: id, Title: "On " + id, Text: "Text of " + id + "."}
}

func lines(ids ...string) []PassageLine {
	var out []PassageLine
	for i, id := range ids {
		out = append(out, PassageLine{Passage: passage(id), Line: i + 1})
	}
	return out
}

func (r *rig) begin(path string) *Import {
	r.Helper()
	im, err := r.s.BeginImport(Imported{Path: path, Format: "jsonl", Content: "hash of " + path, Quick: "stamp of " + path})
	must(r, err)
	return im
}

func (r *rig) importFile(path string, ids ...string) *Import {
	r.Helper()
	im := r.begin(path)
	must(r, im.Add(lines(ids...)))
	must(r, im.Finish(int64(len(ids)), 0, nil, nil))
	return im
}

// importOwn imports passages with one query each of ids, that has a further positive and a negative.
func (r *rig) importOwn(path string, ids ...string) *Import {
	r.Helper()
	im := r.begin(path)
	var qs []OwnQuery
	var js []OwnJudgement
	for i, id := range ids {
		must(r, im.Add(lines(id, id+"-also", id+"-not")))
		q := "own " + id
		qs = append(qs, OwnQuery{ID: q, Text: "what is " + id, Norm: uint64(i)})
		js = append(js, OwnJudgement{q, id, 1}, OwnJudgement{q, id + "-also", 2}, OwnJudgement{q, id + "-not", 0})
	}
	must(r, im.StageOwn(qs, js))
	must(r, im.AddOwn(hardneg.Origin{Method: "imported"}))
	must(r, im.Finish(int64(3*len(ids)), 0, nil, nil))
	return im
}

// passageRow is the row of a passage.
func (r *rig) passageRow(id string) int64 {
	r.Helper()
	return r.number("SELECT id FROM passages WHERE key = ?", id)
}

func (r *rig) queryRow(k hardneg.Key) int64 {
	r.Helper()
	return r.number("SELECT id FROM queries WHERE key = ?", k[:])
}

func (r *rig) slotRow(query int64, strategy, slot int) int64 {
	r.Helper()
	return r.number("SELECT id FROM candidates WHERE query = ? AND recipe <> 0 AND strategy = ? AND slot = ?", query, strategy, slot)
}

func aCall(k hardneg.Key) hardneg.Call {
	return hardneg.Call{
		Key: k, Stage: "queries", Input: "p1", Role: "writer", Model: "big", Provider: "openai", Endpoint: "http://a", Prompt: "query@1",
		Sample: 1, Attempt: 2, System: "You write queries.", Request: json.RawMessage(`{"user":"text text text text"}`),
		Reply: []byte(`{"query":"what?"}`), HTTPStatus: 200, FinishReason: "stop", Usage: hardneg.Usage{Prompt: 100, Cached: 40, Written: 20, Completion: 7, Estimated: true},
		Cost: 1234, Latency: 1500 * time.Microsecond, At: time.UnixMilli(1_700_000_000_123).UTC(),
	}
}

func failedCall(k hardneg.Key, reason string) hardneg.Call {
	c := aCall(k)
	c.Failure, c.Class, c.HTTPStatus, c.Reply, c.Usage, c.Cost, c.Unconfirmed = reason, "transient", 503, nil, hardneg.Usage{}, 0, 55
	return c
}

func wantStorageError(t tester, err error) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want a storage error", err, err)
	}
	return e
}

func wantEqual[T comparable](t tester, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}
