package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"hardneg"
)

// readAll reads all that can be read of a run, and gives up at nothing but a panic or an error that is no storage error.
func readAll(t tester, what string, s *Store) {
	t.Helper()
	bg := context.Background()
	c := Chain{Queries: 1, Verify: 2, Negatives: 3, Judge: 4, Relabel: 5}
	var errs []error
	note := func(err error) { errs = append(errs, err) }
	for _, err := range s.Calls(bg, hardneg.Key{}) {
		note(err)
	}
	for qs, err := range s.Judged(bg, c, 1<<40) {
		note(err)
		note(s.Fill(bg, qs, c))
	}
	_, err := s.Tallies(bg)
	note(err)
	_, err = s.Totals(bg)
	note(err)
	_, err = s.Spending(bg)
	note(err)
	_, err = s.StyleSamples(bg)
	note(err)
	_, err = s.Askers(bg, c.Queries)
	note(err)
	_, err = s.GivenAnswers(bg, []int64{1, 2})
	note(err)
	_, err = s.FindRecipe(bg, hardneg.KeyOf("chain", "judge", ""))
	note(err)
	_, err = s.PendingPassages(bg, 99, 0, Bound{}, 100)
	note(err)
	for _, up := range []Upstream{{Recipe: 1}, {Recipe: 3, Tasks: true}} {
		_, err = s.PendingQueries(bg, 99, up, 0, Bound{}, 100)
		note(err)
	}
	_, _, err = s.Lookup(bg, hardneg.KeyOf("call for", "1"))
	note(err)
	for row := range int64(6) {
		_, err = s.QueryRecord(bg, row, c)
		note(err)
		_, err = s.State(bg, row, c)
		note(err)
		_, err = s.queriesOf(bg, row, 1)
		note(err)
	}
	_, err = s.HasVectors(bg, []hardneg.Key{textKey("x")})
	note(err)
	note(s.EachVector(bg, []hardneg.Key{textKey("x"), textKey("y")}, func(hardneg.Key, []byte, int) error { return nil }))
	_, err = s.States(bg, []int64{1, 2, 3, 4, 5}, Chain{Similarity: 6})
	note(err)
	_, err = s.Find(bg, "a")
	note(err)
	for _, err := range errs {
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%s: %v (%T) is no storage error", what, err, err)
		}
	}
}

// integrity is what SQLite itself says of a file: "ok", a damage, or an error.
func integrity(dir string) string {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, FileName)+"?mode=ro")
	if err != nil {
		return err.Error()
	}
	defer db.Close()
	var said string
	if err := db.QueryRow("PRAGMA integrity_check(1)").Scan(&said); err != nil {
		return err.Error()
	}
	return said
}

// withDamaged opens a damaged file in both ways, checks and reads it. What SQLite can see must be told.
func withDamaged(t *testing.T, what string, content []byte) (noticed bool) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("%s: panic: %v", what, p)
		}
	}()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	must(t, err)
	defer os.RemoveAll(dir)
	must(t, os.WriteFile(filepath.Join(dir, FileName), content, 0o600))
	truth := integrity(dir)
	for _, readOnly := range []bool{true, false} {
		s, err := Open(dir, Options{ReadOnly: readOnly})
		if err != nil {
			wantStorageError(t, err)
			noticed = true
			continue
		}
		vs, err := s.Check(ctx)
		if err != nil {
			wantStorageError(t, err)
		}
		healthy := err == nil && len(vs) == 0
		if healthy && truth != "ok" {
			t.Errorf("%s (read-only %v): reported healthy, but SQLite says %s", what, readOnly, truth)
		}
		noticed = noticed || !healthy
		readAll(t, what, s)
		if !readOnly {
			if err := s.Record(aCall(hardneg.KeyOf("new"))); err != nil {
				wantStorageError(t, err)
			}
		}
		s.Close()
	}
	return noticed
}

// soundFile is the content of a run whose log is written back.
func soundFile(t *testing.T) []byte {
	t.Helper()
	r := newScene(newRig(t))
	im := r.begin("links.jsonl")
	must(t, im.Add([]PassageLine{linked("a", "b", "c"), signed1("signed")}))
	must(t, im.Finish(1, 0, nil, nil))
	must(t, r.s.Close())
	b, err := os.ReadFile(filepath.Join(r.dir, FileName))
	must(t, err)
	if _, err := os.Stat(filepath.Join(r.dir, FileName+"-wal")); err == nil {
		t.Fatal("the log is left behind")
	}
	return b
}

func TestFlippedBytesAreNeverReportedHealthyWhereSQLiteSeesThem(t *testing.T) {
	sound := soundFile(t)
	if withDamaged(t, "no damage", sound) {
		t.Fatal("the sound file is not reported healthy")
	}
	rng := rand.New(rand.NewPCG(7, 11))
	var offsets []int
	for at := 0; at < 100; at += 3 { // the header of the file
		offsets = append(offsets, at)
	}
	const page = 4096
	for range 60 { // the headers and cell pointers of pages
		offsets = append(offsets, rng.IntN(len(sound)/page)*page+rng.IntN(24))
	}
	for len(offsets) < 170 { // anything that is not free space
		if at := rng.IntN(len(sound)); sound[at] != 0 {
			offsets = append(offsets, at)
		}
	}
	noticed := 0
	for _, at := range offsets {
		damaged := bytes.Clone(sound)
		damaged[at] ^= byte(1 + rng.IntN(255))
		if withDamaged(t, fmt.Sprintf("byte %d from %#x to %#x", at, sound[at], damaged[at]), damaged) {
			noticed++
		}
	}
	if noticed < len(offsets)/4 {
		t.Errorf("only %d of %d damages were noticed", noticed, len(offsets))
	}
}

func TestCutFileIsNoticed(t *testing.T) {
	sound := soundFile(t)
	for _, n := range []int{10, 100, 512, 4095, 4096, 4097, 8192, len(sound) / 2, len(sound) - 4096, len(sound) - 1} {
		if !withDamaged(t, fmt.Sprintf("cut to %d bytes", n), sound[:n]) {
			t.Errorf("cut to %d of %d bytes, and nobody noticed", n, len(sound))
		}
	}
}

func TestOverwrittenPageIsNoticed(t *testing.T) {
	sound := soundFile(t)
	for page := 1; page < len(sound)/4096; page += 3 {
		damaged := bytes.Clone(sound)
		copy(damaged[page*4096:], bytes.Repeat([]byte{0xa5}, 4096))
		if !withDamaged(t, fmt.Sprintf("page %d", page), damaged) {
			t.Errorf("page %d was overwritten, and nobody noticed", page)
		}
	}
}
