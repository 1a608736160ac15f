package store

import (
	"encoding/binary"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"hardneg"
)

func (r *rig) wantTotals(want map[string]int64) {
	r.Helper()
	got, err := r.s.Totals(ctx)
	must(r, err)
	if !maps.Equal(got, want) {
		r.Fatalf("totals %v, want %v", got, want)
	}
}

func (r *rig) wantPassages(ids ...string) {
	r.Helper()
	got, err := r.s.PassageIDs(ctx)
	must(r, err)
	wantEqual(r, got, ids)
}

func TestImportCountsFromFinishOn(t *testing.T) {
	r := newRig(t)
	im := r.begin("a.jsonl")
	must(t, im.Add(lines("b", "a")))
	must(t, im.Add(lines("c")))
	r.wantTotals(map[string]int64{})
	pending := func() (out []string) {
		ps, err := r.s.PendingPassages(ctx, r.c.Queries, 0, Bound{}, 10)
		must(t, err)
		for _, p := range ps {
			out = append(out, p.ID)
		}
		return out
	}
	wantEqual(t, pending(), nil)
	if n, err := r.s.PlannedWithin(ctx, Bound{}); n["passages"] != 0 || err != nil {
		t.Errorf("%v planned (%v)", n, err)
	}
	if _, ok, err := r.s.FindImport(ctx, "a.jsonl", im.Info.Quick, im.Info.Content); ok || err != nil {
		t.Errorf("an unfinished import was found (%v)", err)
	}
	r.wantClean()
	must(t, im.Finish(5, 2, nil, []hardneg.Problem{{File: "a.jsonl", Line: 4, Message: "no text"}, {File: "a.jsonl", Line: 5, Message: "no id"}}))
	r.wantTotals(map[string]int64{"passages": 3})
	wantEqual(t, pending(), []string{"b", "a", "c"})
	r.wantPassages("a", "b", "c")
	r.wantNumber(2, "SELECT count(*) FROM problems WHERE import = ? AND file = 'a.jsonl'", im.Info.ID)
	r.wantClean()
}

func TestFinishedImportIsFoundByContentOrByUnchangedFile(t *testing.T) {
	r := newRig(t)
	im := r.importFile("a.jsonl", "a", "b")
	for _, x := range []struct {
		name, path, quick, content string
		found                      bool
	}{
		{"another name, same content", "b.jsonl", "other", "hash of a.jsonl", true},
		{"unchanged file", "a.jsonl", "stamp of a.jsonl", "", true},
		{"changed file", "a.jsonl", "other", "other", false},
		{"another file of that stamp", "b.jsonl", "stamp of a.jsonl", "other", false},
	} {
		got, ok, err := r.s.FindImport(ctx, x.path, x.quick, x.content)
		must(t, err)
		if ok != x.found || ok && got != im.Info {
			t.Errorf("%s: %v %+v", x.name, ok, got)
		}
	}
}

func TestAbortedImportLeavesNothing(t *testing.T) {
	r := newRig(t)
	r.importFile("first", "a")
	im := r.begin("second")
	must(t, im.Add(lines("a", "b", "c")))
	must(t, im.StageOwn([]OwnQuery{{ID: "q", Text: "what"}}, []OwnJudgement{{"q", "a", 1}, {"q", "b", 0}}))
	must(t, im.AddOwn(hardneg.Origin{Method: "imported"}))
	r.wantNumber(1, "SELECT count(*) FROM queries")
	must(t, im.Abort())
	r.wantPassages("a")
	for _, table := range []string{"queries", "candidates", "problems", "imports WHERE id <> 1", "passages WHERE own <> 0"} {
		r.wantNumber(0, "SELECT count(*) FROM "+table)
	}
	r.wantTotals(map[string]int64{"passages": 1})
	r.wantClean()
	r.importFile("second", "b")
	r.wantTotals(map[string]int64{"passages": 2})
	r.wantClean()
}

func TestUnfinishedImportsAreRemovedAtTheNextStart(t *testing.T) {
	r := newRig(t)
	r.importFile("done", "a")
	for _, path := range []string{"x", "y"} {
		im := r.begin(path)
		must(t, im.Add(lines("a", path, path+"2")))
		must(t, im.StageOwn([]OwnQuery{{ID: path, Text: "what"}}, []OwnJudgement{{path, "a", 1}, {path, path, 1}}))
		must(t, im.AddOwn(hardneg.Origin{}))
	}
	must(t, r.s.Close())
	ro, err := Open(r.dir, Options{ReadOnly: true})
	must(t, err)
	if vs, err := ro.Check(ctx); len(vs) > 0 || err != nil {
		t.Errorf("an interrupted import is no damage: %v, %v", vs, err)
	}
	must(t, ro.Close())
	r.open()
	r.wantPassages("a")
	for _, table := range []string{"queries", "candidates", "imports WHERE complete = 0", "passages WHERE own <> 0"} {
		r.wantNumber(0, "SELECT count(*) FROM "+table)
	}
	r.wantClean()
}

func TestRepeatedPassageIsCountedAndKeptOnce(t *testing.T) {
	r := newRig(t)
	r.importFile("one", "a", "b")
	im := r.begin("two")
	must(t, im.Add(lines("b", "c")))
	must(t, im.Add(lines("c", "a", "c")))
	if im.Info.Added != 1 || im.Info.Repeated != 4 {
		t.Errorf("added %d, repeated %d", im.Info.Added, im.Info.Repeated)
	}
	must(t, im.Finish(5, 0, nil, nil))
	got, ok, err := r.s.FindImport(ctx, "", "", "hash of two")
	must(t, err)
	if !ok || got.Added != 1 || got.Repeated != 4 || got.Lines != 5 {
		t.Errorf("%+v", got)
	}
	r.wantTotals(map[string]int64{"passages": 3})
	r.wantClean()
}

func TestConflictNamesBothPlaces(t *testing.T) {
	r := newRig(t)
	r.importFile("one.jsonl", "a", "b")
	for _, change := range []func(*PassageLine){func(p *PassageLine) { p.Text = "other" }, func(p *PassageLine) { p.Title = "other" }} {
		im := r.begin("two.jsonl")
		p := PassageLine{Passage: passage("b"), Line: 7}
		change(&p)
		err := im.Add(append(lines("c"), p))
		var c *Conflict
		if !errors.As(err, &c) {
			t.Fatalf("got %v", err)
		}
		if want := (Conflict{ID: "b", File: "two.jsonl", Line: 7, OtherFile: "one.jsonl", OtherLine: 2}); *c != want {
			t.Errorf("conflict %+v, want %+v", *c, want)
		}
		if want := `two.jsonl:7: id "b" was given to another text at one.jsonl:2`; c.Error() != want {
			t.Errorf("%q, want %q", c.Error(), want)
		}
		if im.Info.Added != 0 || im.Info.Repeated != 0 {
			t.Errorf("a refused chunk was counted: %+v", im.Info)
		}
		r.wantPassages("a", "b") // nothing of the chunk
		must(t, im.Abort())
	}
}

func TestStyleSampleKeepsTheLowestHashesOfAllImports(t *testing.T) {
	r := newRig(t)
	rng := rand.New(rand.NewPCG(1, 2))
	var all []uint64
	for _, path := range []string{"a", "b", "c"} {
		var batch []Sample
		for range 600 {
			h := rng.Uint64()
			var s Sample
			binary.BigEndian.PutUint64(s.Hash[:], h)
			s.Features = binary.BigEndian.AppendUint64(nil, h)
			batch, all = append(batch, s), append(all, h)
		}
		im := r.begin(path)
		must(t, im.Finish(600, 0, append(batch, batch[0]), nil)) // one twice
		im = r.begin(path + " aborted")
		must(t, im.Abort())
	}
	slices.Sort(all)
	got, err := r.s.StyleSamples(ctx)
	must(t, err)
	var hashes []uint64
	for _, b := range got {
		hashes = append(hashes, binary.BigEndian.Uint64(b))
	}
	wantEqual(t, hashes, all[:StyleSampleSize])
}
