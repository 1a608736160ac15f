package main

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/text"
	"hardneg/store"
)

// alikePassages are of many lengths, in no order of their ids; every third is nearly one before it.
func alikePassages(n int) (all []hardneg.Passage) {
	random := rand.New(rand.NewPCG(5, 6))
	for i := range n {
		words := make([]string, 2+random.IntN(150))
		for w := range words {
			words[w] = fmt.Sprint("word", random.IntN(5000))
		}
		if i > 0 && i%3 == 0 {
			words = strings.Fields(all[random.IntN(i)].Text)
			words[random.IntN(len(words))] = "changed"
		}
		all = append(all, hardneg.Passage{ID: fmt.Sprintf("p%d", (i*7919)%10007), Text: strings.Join(words, " ")})
	}
	return all
}

// storeOf is a run of passages in two imports, of which some get signatures.
func storeOf(t *testing.T, all []hardneg.Passage, signed func(i int) bool) *store.Store {
	t.Helper()
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	for n, part := range [][]hardneg.Passage{all[:len(all)/3], all[len(all)/3:]} {
		im, err := st.BeginImport(store.Imported{Path: fmt.Sprint(n), Content: fmt.Sprint(n)})
		if err != nil {
			t.Fatal(err)
		}
		var chunk passageChunk
		for i, p := range part {
			line := store.PassageLine{Passage: p, Line: i}
			if signed(i) {
				line = passageChunk{passages: []store.PassageLine{line}}.signed().passages[0]
			}
			chunk.passages = append(chunk.passages, line)
		}
		if err := errors.Join(im.Add(chunk.passages), im.Finish(int64(len(part)), 0, nil, nil)); err != nil {
			t.Fatal(err)
		}
	}
	return st
}

func TestSignaturesTellWhatTheTextsTell(t *testing.T) {
	all := alikePassages(700)
	st := storeOf(t, all, func(int) bool { return true })
	for _, imports := range []bool{false, true} {
		of, err := sourcesOf(t.Context(), st, 0)
		if err != nil {
			t.Fatal(err)
		}
		groups := func(g *text.Groups, rows []int64, err error) ([]int64, map[uint32]uint32) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			lead, err := g.Find(func(n uint32) (string, error) {
				p, err := of.at(t.Context(), rows[n])
				return p.Text, err
			})
			if err != nil {
				t.Fatal(err)
			}
			return rows, lead
		}
		texts, kept := &splitter{imports: imports}, &splitter{imports: imports}
		wantRows, want := groups(texts.byTexts(t.Context(), of))
		gotRows, got := groups(kept.bySignatures(t.Context(), st))
		if len(want) < 100 {
			t.Fatalf("only %d passages are in groups", len(want))
		}
		for _, diff := range []string{cmp.Diff(wantRows, gotRows), cmp.Diff(want, got), cmp.Diff(texts.known, kept.known), cmp.Diff(texts.texts, kept.texts)} {
			if diff != "" {
				t.Error(diff)
			}
		}
		if imports != (len(kept.known) == len(all)) {
			t.Errorf("%d passages are known", len(kept.known))
		}
	}
}

// spoilt is the run with other bytes in its signatures.
func spoilt(t *testing.T, st *store.Store) *store.Store {
	t.Helper()
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", filepath.Join(st.Dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Exec("UPDATE signatures SET bytes = CAST(substr(bytes, 1, 2) || x'ff' || substr(bytes, 4) AS BLOB)")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := rows.RowsAffected(); n == 0 || err != nil {
		t.Fatalf("%d rows were changed: %v", n, err)
	}
	if st, err = store.Open(st.Dir, store.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// A run of an older program, and one that was begun by it, are split as one of this program is.
func TestPassagesWithoutSignaturesAreSplitAlike(t *testing.T) {
	all := alikePassages(300)
	var want map[string]string
	for name, signed := range map[string]func(i int) bool{
		"all": func(int) bool { return true }, "none": func(int) bool { return false }, "some": func(i int) bool { return i%2 == 0 },
		"damaged": func(int) bool { return true },
	} {
		st := storeOf(t, all, signed)
		if name == "damaged" {
			st = spoilt(t, st)
		}
		s, err := newSplitter(t.Context(), st, 0, config.Split{Train: .4, Validation: .3, Test: .3}, 2)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{"grouped": fmt.Sprint(s.grouped)}
		for _, p := range all {
			got[p.ID] = s.of(p.ID)
		}
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestSignaturesOfAnotherVersionAreMadeAnew(t *testing.T) {
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	im, err := st.BeginImport(store.Imported{Path: "x", Content: "x"})
	if err != nil {
		t.Fatal(err)
	}
	chunk := passageChunk{passages: []store.PassageLine{{Passage: hardneg.Passage{ID: "a", Text: "A text."}}}}.signed()
	chunk.passages[0].Signature[0]++ // its version
	if err := errors.Join(im.Add(chunk.passages), im.Finish(1, 0, nil, nil)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := (&splitter{}).bySignatures(t.Context(), st); !errors.Is(err, errUnsigned) {
		t.Errorf("%v", err)
	}
	if _, err := newSplitter(t.Context(), st, 0, config.Split{Train: .5, Test: .5}, 2); err != nil {
		t.Error(err)
	}
}

func TestRowsAreNumberedInTheirOrder(t *testing.T) {
	n, ok := newNumbering([]int64{7, 3, 90})
	if !ok {
		t.Fatal("three rows are not numbered")
	}
	for _, c := range []struct {
		row  int64
		want uint32
		ok   bool
	}{{7, 0, true}, {7, 0, false}, {90, 2, true}, {3, 1, true}, {2, 0, false}, {91, 0, false}, {8, 0, false}} {
		if got, ok := n.take(c.row); got != c.want || ok != c.ok {
			t.Errorf("row %d is %d, %v", c.row, got, ok)
		}
	}
	if _, ok := newNumbering([]int64{1, 1 << 40}); ok {
		t.Error("a gap of 2^40 rows is taken")
	}
	if _, ok := newNumbering(nil); !ok {
		t.Error("no rows are not numbered")
	}
}
