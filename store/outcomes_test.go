package store

import (
	"errors"
	"testing"

	sqlite3 "github.com/mattn/go-sqlite3"

	"hardneg"
)

// tables are those that a save may change.
var tables = []string{"tasks", "queries", "candidates", "verdicts", "decisions", "counts", "spend", "origins"}

func (r *rig) contents() map[string]string {
	r.Helper()
	out := map[string]string{}
	for _, table := range tables {
		// Every column of every row, in the order of the table.
		cols, err := r.s.texts(ctx, "SELECT 'quote('||name||')' FROM pragma_table_info('"+table+"')")
		must(r, err)
		row := "''"
		for _, c := range cols {
			row += "||" + c + "||' '"
		}
		lines, err := r.s.texts(ctx, "SELECT "+row+" FROM "+table+" ORDER BY 1")
		must(r, err)
		for _, l := range lines {
			out[table] += l + "\n"
		}
	}
	return out
}

func TestSavingATaskTwiceChangesNothing(t *testing.T) {
	r := newScene(newRig(t))
	before := r.contents()
	r.saveQueries(r.passageRow("a"), refused, done, done, broken, done)
	r.saveVerify(r.first, refused, verdict(0, 0))
	r.saveSlots(r.first, refused, broken, done, done, done, done, done)
	r.saveVerdicts(r.first, judged(r.slots[0], verdict(0, 3), verdict(1, 3)))
	r.saveDecisions(r.first, decided(r.slots[0], hardneg.LabelPositive, ""), decided(r.slots[1], hardneg.LabelPositive, ""))
	for table, want := range before {
		if got := r.contents()[table]; got != want {
			t.Errorf("%s changed\nfrom\n%s\nto\n%s", table, want, got)
		}
	}
	r.wantClean()
}

func TestCountsAreByOutcomeAndReason(t *testing.T) {
	r := newScene(newRig(t))
	for _, x := range []struct {
		want, recipe int64
		o            hardneg.Outcome
		reason       string
	}{
		{2, r.c.Queries, hardneg.Done, ""}, {1, r.c.Queries, hardneg.Rejected, "too_short"}, {1, r.c.Queries, hardneg.Failed, "not_json"},
		{2, r.c.Verify, hardneg.Done, ""}, {1, r.c.Verify, hardneg.Failed, "timeout"},
		{5, r.c.Negatives, hardneg.Done, ""}, {1, r.c.Negatives, hardneg.Rejected, "too_short"}, {1, r.c.Negatives, hardneg.Failed, "not_json"},
		{4, r.c.Judge, hardneg.Done, ""}, {1, r.c.Judge, hardneg.Done, "undecided"},
		{1, r.c.Judge, hardneg.Failed, "timeout"}, {1, r.c.Judge, hardneg.Failed, "not_json"},
		{2, r.c.Relabel, hardneg.Done, "negative"}, {1, r.c.Relabel, hardneg.Done, "positive"},
		{1, r.c.Relabel, hardneg.Done, "dropped ambiguous"}, {1, r.c.Relabel, hardneg.Done, "undecided"},
	} {
		r.wantTally(x.want, x.recipe, x.o, x.reason)
	}
	ts, err := r.s.Tallies(ctx)
	must(t, err)
	var extras int64
	for _, x := range ts {
		if IsImportedCandidates(x) {
			extras += x.N
			if x.Recipe != r.c.Verify {
				t.Errorf("imported candidates counted under recipe %d", x.Recipe)
			}
		}
	}
	if len(ts) != 18 || extras != 2 {
		t.Errorf("%d tallies, %d imported candidates", len(ts), extras)
	}
	r.wantClean()
}

func TestVerdictsMustBeOneOfGradedUnsureFailed(t *testing.T) {
	r := newScene(newRig(t))
	insert := func(state int, score any, failure string) error {
		return r.s.write(func(x *Tx) error {
			_, err := x.exec("INSERT INTO verdicts (query, recipe, candidate, step, state, score, failure, origin, sum) VALUES (?,?,0,9,?,?,?,1,0)",
				r.own, r.c.Judge, state, score, failure)
			if err == nil {
				return errors.New("accepted")
			}
			return err
		})
	}
	for _, x := range []struct {
		name    string
		state   int
		score   any
		failure string
		ok      bool
	}{
		{"grade", 3, 0.5, "", true}, {"grade without score", 2, nil, "", false}, {"grade with a failure", 0, 0.5, "timeout", false},
		{"unsure", 4, nil, "", true}, {"unsure with a score", 4, 0.5, "", false}, {"unsure with a failure", 4, nil, "timeout", false},
		{"failed", 5, nil, "timeout", true}, {"failed without reason", 5, nil, "", false}, {"failed with a score", 5, 0.5, "timeout", false},
		{"no state", 6, nil, "", false}, {"below all", -1, 0.5, "", false},
	} {
		err := insert(x.state, x.score, x.failure)
		var se sqlite3.Error
		if refusedBySchema := errors.As(err, &se) && se.Code == sqlite3.ErrConstraint; refusedBySchema == x.ok {
			t.Errorf("%s: %v", x.name, err)
		}
	}
	for name, v := range map[string]hardneg.Verdict{"nothing": {}, "two": {Grade: hardneg.Related, Unsure: true}} {
		if err := r.s.SaveVerdicts(Task{Recipe: r.c.Judge, Input: r.second}, []CandidateVerdicts{{Row: r.slots[0], Verdicts: []hardneg.Verdict{v}}}, nil); err == nil {
			t.Errorf("a verdict that says %s was saved", name)
		}
	}
	r.wantNumber(0, "SELECT count(*) FROM tasks WHERE recipe = ? AND input = ?", r.c.Judge, r.second)
	r.wantClean()
}

func TestQueryIsJudgedWholeOrNotAtAll(t *testing.T) {
	r := newScene(newRig(t))
	r.saveSlots(r.second, done, done)
	one, two := r.slotRow(r.second, 1, 0), r.slotRow(r.second, 1, 1)
	before := r.contents()
	err := r.s.SaveVerdicts(Task{Recipe: r.c.Judge, Input: r.second},
		[]CandidateVerdicts{judged(one, verdict(0, 1)), judged(two, verdict(0, 1), verdict(0, 2))}, nil) // one step twice
	wantStorageError(t, err)
	for table, want := range before {
		if r.contents()[table] != want {
			t.Errorf("%s keeps a part of a refused save", table)
		}
	}
	r.saveVerdicts(r.second, judged(one, verdict(0, 1)), judged(two, verdict(0, 1)))
	r.wantClean()
}

func TestRecordOfAQueryTellsEveryOutcome(t *testing.T) {
	r := newScene(newRig(t))
	got, err := r.s.QueryRecord(ctx, r.first, r.c)
	must(t, err)
	if got.Outcome != hardneg.Done || got.Recipe != r.c.Queries || got.Verify != hardneg.Done || len(got.Slots) != 6 {
		t.Errorf("%+v", got)
	}
	if s := got.Slots[3]; s.Outcome != hardneg.Failed || s.Reason != "not_json" || s.Slot != 3 || !s.Made || s.StrategyNo != 1 || s.Breaks != "the year" {
		t.Errorf("slot %+v", s)
	}
	if len(got.Decisions) != 2 || got.Decisions[r.slots[0]].Label != hardneg.LabelNegative {
		t.Errorf("decisions %+v", got.Decisions)
	}
	got, err = r.s.QueryRecord(ctx, r.second, r.c)
	must(t, err)
	if got.Verify != hardneg.Failed || got.VerifyReason != "timeout" || len(got.Slots) != 0 {
		t.Errorf("%+v", got)
	}
	got, err = r.s.QueryRecord(ctx, r.queryRow(queryKey(r.passageRow("a"), 1)), r.c)
	must(t, err)
	if got.Outcome != hardneg.Rejected || got.Reason != "too_short" || got.Verify != hardneg.Pending {
		t.Errorf("%+v", got)
	}
	_, err = r.s.QueryRecord(ctx, 999, r.c)
	wantStorageError(t, err)
}
