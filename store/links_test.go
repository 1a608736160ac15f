package store

import (
	"fmt"
	"strings"
	"testing"
)

func linked(id string, links ...string) PassageLine {
	return PassageLine{Passage: passage(id), Line: 1, Links: links}
}

// refers are the links of a run, as "row: ids".
func (r *rig) refers() string {
	r.Helper()
	var out []string
	must(r, r.s.EachLinks(ctx, func(row int64, ids []string) error {
		p, err := r.s.PassageAt(ctx, row)
		out = append(out, fmt.Sprintf("%s: %s", p.ID, strings.Join(ids, " ")))
		return err
	}))
	return strings.Join(out, "; ")
}

func TestLinksAreKeptWithTheirPassagesAndGoWithTheirImport(t *testing.T) {
	r := newRig(t)
	im := r.begin("first")
	must(t, im.Add([]PassageLine{linked("a", "b", "nobody"), linked("b"), linked("a", "b", "c")}))
	if got := r.refers(); got != "" {
		t.Errorf("links of an import that is not finished: %s", got)
	}
	must(t, im.Finish(3, 0, nil, nil))
	if got := r.refers(); got != "a: b nobody c" {
		t.Errorf("%q", got)
	}
	before, err := r.s.ImportContents(ctx)
	must(t, err)
	again := r.begin("the same passages, with links")
	must(t, again.Add([]PassageLine{linked("b", "a"), linked("a", "d")}))
	must(t, again.Finish(2, 0, nil, nil))
	if got := r.refers(); got != "a: b nobody c; a: d; b: a" {
		t.Errorf("%q", got)
	}
	after, err := r.s.ImportContents(ctx)
	must(t, err)
	if len(before) != 1 || len(after) != 2 {
		t.Errorf("imports that decide what is found: %v, then %v", before, after)
	}
	gone := r.begin("third")
	must(t, gone.Add([]PassageLine{linked("a", "e"), linked("f", "a")}))
	must(t, gone.Abort())
	if got := r.refers(); got != "a: b nobody c; a: d; b: a" {
		t.Errorf("an import that was aborted left links: %q", got)
	}
	bad, err := r.s.changedRows(ctx)
	must(t, err)
	if len(bad) > 0 {
		t.Errorf("%v", bad)
	}
}
