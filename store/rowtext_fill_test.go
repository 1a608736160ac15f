package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"hardneg"
)

// TestDamagedRowsAreStorageErrors: what no candidate or verdict can be is told, whichever way it is read.
func TestDamagedRowsAreStorageErrors(t *testing.T) {
	for _, damage := range []string{
		"UPDATE candidates SET key = x'0102'", "UPDATE candidates SET strategy = 'x' || id", "UPDATE candidates SET origin = 999", "UPDATE candidates SET origin = 'x'",
		"UPDATE verdicts SET score = 'high' WHERE score IS NOT NULL", "UPDATE verdicts SET origin = 999", "UPDATE verdicts SET state = 7 WHERE state < 4",
		"UPDATE queries SET key = x'0102'", "UPDATE queries SET sample = 'x' || id", "UPDATE similarities SET cosine = 'x'",
	} {
		r := newScene(newRig(t))
		seq, err := r.s.Snapshot(ctx)
		must(t, err)
		r.exec("PRAGMA ignore_check_constraints = 1")
		r.exec(damage)
		c := r.c
		c.Similarity = r.similarity
		for _, qs := range [][]int64{{r.first, r.own}, {r.own, r.first}} {
			_, err := r.s.States(ctx, qs, c)
			wantStorageError(t, err)
		}
		for qs, err := range r.s.Judged(ctx, c, seq) {
			if err == nil {
				err = r.s.Fill(ctx, qs, c)
			}
			if wantStorageError(t, err); strings.Count(err.Error(), "storage") != 1 {
				t.Errorf("%s: %v", damage, err)
			}
			break
		}
	}
}

// TestChunksOfLongPassages: a chunk holds few of them, and none is left out.
func TestChunksOfLongPassages(t *testing.T) {
	r := newRig(t)
	im := r.begin("beir")
	var qs []OwnQuery
	var js []OwnJudgement
	const n = 23
	for i := range n {
		id := fmt.Sprintf("%02d", i)
		long := lines(id)
		long[0].Text = strings.Repeat("long ", 40_000)
		must(t, im.Add(long))
		qs = append(qs, OwnQuery{ID: id, Text: "what is " + id, Norm: uint64(i)})
		js = append(js, OwnJudgement{id, id, 1})
	}
	must(t, im.StageOwn(qs, js))
	must(t, im.AddOwn(hardneg.Origin{}))
	must(t, im.Finish(n, 0, nil, nil))
	r.exec("INSERT INTO tasks (recipe, input, outcome) SELECT ?, id, 1 FROM queries", r.c.Judge)
	seq, err := r.s.Snapshot(ctx)
	must(t, err)
	var keys []string
	for _, qs := range collect(t, r.s.Judged(ctx, r.c, seq)) {
		if len(qs) > 6 {
			t.Errorf("%d queries at a time", len(qs))
		}
		for _, q := range qs {
			keys = append(keys, q.Key.String())
		}
	}
	if len(keys) != n || !isSortedSet(keys) {
		t.Errorf("%d queries: %v", len(keys), keys)
	}
}

func isSortedSet(s []string) bool {
	for i := 1; i < len(s); i++ {
		if s[i-1] >= s[i] {
			return false
		}
	}
	return true
}

// TestFillOfRowsInAnyOrder: queries are filled in the order in which they are asked for, also twice, with what each has alone.
func TestFillOfRowsInAnyOrder(t *testing.T) {
	r := newScene(newRig(t))
	c := r.c
	c.Similarity = r.similarity
	alone := map[int64]QueryState{}
	for _, row := range []int64{r.first, r.second, r.own, 999} {
		q := []QueryState{{Row: row}}
		must(t, r.s.Fill(ctx, q, c))
		alone[row] = q[0]
	}
	qs := []QueryState{{Row: r.own}, {Row: 999}, {Row: r.first}, {Row: r.own}, {Row: r.second}}
	must(t, r.s.Fill(ctx, qs, c))
	for i, q := range qs {
		if !reflect.DeepEqual(q, alone[q.Row]) {
			t.Errorf("query %d has %+v, alone %+v", i, q, alone[q.Row])
		}
	}
	must(t, r.s.Fill(ctx, nil, c))
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for _, err := range r.s.Judged(cancelled, c, 1<<40) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	}
}
