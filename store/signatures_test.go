package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func signed1(id string) PassageLine {
	return PassageLine{Passage: passage(id), Line: 1, Signature: []byte("signature of " + id)}
}

// signatures are those of the run, by the ids of their passages.
func (r *rig) signatures() map[string]string {
	r.Helper()
	rows, got := map[int64]string{}, map[string]string{}
	must(r, r.s.EachPassageKey(ctx, func(row int64, id string) error {
		rows[row] = id
		return nil
	}))
	must(r, r.s.EachSignature(ctx, func(row int64, signature []byte) error {
		got[rows[row]] = string(signature)
		return nil
	}))
	return got
}

func wantSame(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSignaturesAreThoseOfThePassagesOfCompleteImports(t *testing.T) {
	r := newRig(t)
	im := r.begin("a.jsonl")
	must(t, im.Add([]PassageLine{signed1("b"), signed1("a"), {Passage: passage("bare")}, signed1("b")}))
	must(t, im.Add([]PassageLine{signed1("c")}))
	wantSame(t, r.signatures(), map[string]string{}) // it is not complete
	must(t, im.Finish(5, 0, nil, nil))
	want := map[string]string{"a": "signature of a", "b": "signature of b", "c": "signature of c"}
	wantSame(t, r.signatures(), want)

	gone := r.begin("gone.jsonl")
	must(t, gone.Add([]PassageLine{signed1("d"), signed1("a")}))
	must(t, gone.Abort())
	r.wantNumber(2, "SELECT count(*) FROM signatures")

	rows := r.begin("rows.jsonl")
	row := setRow("q", "+e", "-f")
	row.Passage.Signature = []byte("signature of e")
	r.addRows(rows, row)
	must(t, rows.Finish(1, 0, nil, nil))
	want["e"] = "signature of e"
	wantSame(t, r.signatures(), want)
	r.wantClean()
}

func TestPassageKeysComeInTheirOrder(t *testing.T) {
	r := newRig(t)
	var ids []string
	for i := range 2*keysAtOnce + 7 {
		ids = append(ids, fmt.Sprint("p", (i*7919)%100_000))
	}
	visit := func() (got []string) {
		must(t, r.s.EachPassageKey(ctx, func(row int64, id string) error {
			p, err := r.s.PassageAt(ctx, row)
			if p.ID != id {
				t.Fatalf("row %d is %q, not %q", row, p.ID, id)
			}
			got = append(got, id)
			return err
		}))
		return got
	}
	im := r.begin("a.jsonl")
	must(t, im.Add(lines(ids...)))
	wantEqual(t, visit(), nil)
	must(t, im.Finish(int64(len(ids)), 0, nil, nil))
	slices.Sort(ids)
	wantEqual(t, visit(), ids)
	must(t, r.begin("b.jsonl").Add(lines("another")))
	wantEqual(t, visit(), ids) // with an import that is under way
}

func TestChangedSignaturesAreNoticed(t *testing.T) {
	for _, change := range []string{
		"UPDATE signatures SET bytes = CAST(replace(bytes, 'of b', 'of x') AS BLOB)", "UPDATE signatures SET bytes = substr(bytes, 1, length(bytes) - 1)",
		"UPDATE signatures SET sum = sum + 1",
	} {
		r := newRig(t)
		im := r.begin("a.jsonl")
		must(t, im.Add([]PassageLine{signed1("a"), signed1("b")}))
		must(t, im.Finish(2, 0, nil, nil))
		must(t, r.s.Close())
		tamper(t, r.dir, change)
		r.open()
		defer r.s.Close()
		if err := r.s.EachSignature(ctx, func(int64, []byte) error { return nil }); !errors.Is(err, ErrSignatures) {
			t.Errorf("%s: %v", change, err)
		}
		found, err := r.s.Check(ctx)
		must(t, err)
		if len(found) != 1 || found[0].Rule != "sum" || !strings.HasPrefix(found[0].Text, "signatures ") {
			t.Errorf("%s: %v", change, found)
		}
	}
}

func TestSignedPassagesAreReadAsTheyWereGathered(t *testing.T) {
	var s signed
	want := map[int64][]byte{7: []byte("a"), 3: bytes.Repeat([]byte{0}, 300), 1 << 40: {1}}
	for row, b := range want {
		s.add(row, b)
	}
	s.add(9, nil)
	got := map[int64][]byte{}
	must(t, s.each(func(row int64, b []byte) error {
		got[row] = b
		return nil
	}))
	wantSame(t, got, want)
	for n := 1; n < len(s.bytes); n++ {
		cut := signed{bytes: s.bytes[:n]}
		seen := 0
		if err := cut.each(func(int64, []byte) error { seen++; return nil }); err == nil && seen == len(want) {
			t.Errorf("%d of %d bytes are read as all", n, len(s.bytes))
		}
	}
}
