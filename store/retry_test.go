package store

import (
	"maps"
	"testing"

	"hardneg"
)

// wantRetried retries stages and compares the numbers of items, before and after which the file must be sound.
func (r *rig) wantRetried(reason string, want map[string]int64) {
	r.Helper()
	stages := map[string]bool{}
	for s := range want {
		stages[s] = true
	}
	got, err := r.s.Retry(r.c, stages, reason)
	must(r, err)
	if !maps.Equal(got, want) {
		r.Fatalf("retried %v, want %v", got, want)
	}
	r.wantClean()
}

func (r *rig) hasTask(recipe, input int64) bool {
	r.Helper()
	return r.number("SELECT count(*) FROM tasks WHERE recipe = ? AND input = ?", recipe, input) == 1
}

func TestRetryOfEachStageTakesItsFailedItems(t *testing.T) {
	for stage, want := range map[string]int64{"queries": 1, "verify": 1, "negatives": 1, "judge": 2} {
		t.Run(stage, func(t *testing.T) {
			r := newScene(newRig(t))
			recipe := map[string]int64{"queries": r.c.Queries, "verify": r.c.Verify, "negatives": r.c.Negatives, "judge": r.c.Judge}
			before := r.contents()
			r.wantRetried("", map[string]int64{stage: want})
			for name, id := range recipe {
				n := r.number("SELECT coalesce(sum(n), 0) FROM counts WHERE recipe = ? AND outcome = 3", id)
				if (name == stage) != (n == 0) {
					t.Errorf("%d failed items in stage %s", n, name)
				}
			}
			if got := r.contents(); got["spend"] != before["spend"] || r.number("SELECT count(*) FROM calls WHERE ok = 0") != 1 {
				t.Error("a retry changed the calls or what they cost")
			}
			r.wantRetried("", map[string]int64{stage: 0}) // nothing is left to retry
		})
	}
}

func TestRetryOfAllStagesAtOnce(t *testing.T) {
	r := newScene(newRig(t))
	r.wantRetried("", map[string]int64{"queries": 1, "verify": 1, "negatives": 1, "judge": 2})
	r.wantNumber(0, "SELECT coalesce(sum(n), 0) FROM counts WHERE outcome = 3")
	r.wantRetried("", map[string]int64{"queries": 0, "verify": 0, "negatives": 0, "judge": 0})
}

func TestRetryTakesOnlyItemsOfTheReason(t *testing.T) {
	r := newScene(newRig(t))
	r.wantRetried("refused", map[string]int64{"queries": 0, "verify": 0, "negatives": 0, "judge": 0})
	r.wantRetried("not_json", map[string]int64{"queries": 1, "verify": 0, "negatives": 1, "judge": 1})
	r.wantTally(1, r.c.Judge, hardneg.Failed, "timeout")
	r.wantTally(0, r.c.Judge, hardneg.Failed, "not_json")
	r.wantTally(1, r.c.Verify, hardneg.Failed, "timeout")
}

func TestRetryOfVerifyForgetsItsVerdicts(t *testing.T) {
	r := newScene(newRig(t))
	r.wantRetried("timeout", map[string]int64{"verify": 1})
	if r.hasTask(r.c.Verify, r.second) || !r.hasTask(r.c.Verify, r.first) {
		t.Error("the failed query must be pending, and only that")
	}
	r.wantNumber(0, "SELECT count(*) FROM verdicts WHERE query = ?", r.second)
	r.saveVerify(r.second, done, verdict(0, 3))
	r.wantTally(3, r.c.Verify, hardneg.Done, "")
	r.wantClean()
}

func TestRetryOfNegativesMakesTheQueryPendingForTheJudgeAndUndecided(t *testing.T) {
	r := newScene(newRig(t))
	r.wantRetried("", map[string]int64{"negatives": 1})
	for _, recipe := range []int64{r.c.Negatives, r.c.Judge, r.c.Relabel} {
		if r.hasTask(recipe, r.first) || !r.hasTask(recipe, r.own) {
			t.Errorf("recipe %d: the query with the failed slot must be pending, and only that", recipe)
		}
	}
	r.wantNumber(0, "SELECT count(*) FROM decisions WHERE query = ?", r.first)
	r.wantTally(1, r.c.Relabel, hardneg.Done, "negative") // of the other query
	r.wantTally(0, r.c.Relabel, hardneg.Done, "undecided")
	r.wantNumber(7, "SELECT count(*) FROM verdicts WHERE query = ? AND recipe = ?", r.first, r.c.Judge) // paid for: they stay
	r.wantTally(4, r.c.Judge, hardneg.Done, "")

	r.saveSlots(r.first, refused, refused, refused, done, refused, refused) // only the missing slot is new
	r.wantTally(6, r.c.Negatives, hardneg.Done, "")
	r.wantTally(1, r.c.Negatives, hardneg.Rejected, "too_short")
	r.saveVerdicts(r.first, judged(r.slotRow(r.first, 1, 3), verdict(0, 0)))
	r.wantTally(5, r.c.Judge, hardneg.Done, "")
	r.wantClean()
}

func TestRetryOfNegativesReachesTheJudgesOfOtherRecipes(t *testing.T) {
	r := newScene(newRig(t))
	old := r.c
	r.c = r.recipes("new judge")
	r.saveVerdicts(r.first, judged(r.slots[0], verdict(0, 1)), judged(r.slots[1], verdict(0, 1)), judged(r.slots[2], verdict(0, 1)), judged(r.slots[3], verdict(0, 1)))
	r.wantRetried("", map[string]int64{"negatives": 1})
	r.saveSlots(r.first, done, done, refused, done, done, done)
	if r.hasTask(old.Judge, r.first) || r.hasTask(old.Relabel, r.first) {
		t.Error("under the old judge the query counts as judged, but its new candidate is not")
	}
	r.wantClean()
}

func TestRetryOfJudgeAsksTheLastJudgeAgainAndKeepsWhatOthersSaid(t *testing.T) {
	r := newScene(newRig(t))
	r.wantRetried("", map[string]int64{"judge": 2})
	cs, err := r.s.Candidates(ctx, r.first, r.c.Negatives, r.c.Judge)
	must(t, err)
	said := map[int64][]string{}
	for _, c := range cs {
		for _, v := range c.Verdicts {
			said[c.Row] = append(said[c.Row], v.State())
		}
	}
	for i, want := range [][]string{{"1"}, {"unsure"}, {"failed"}, {"3", "unsure"}} {
		wantEqual(t, said[r.slots[i]], want)
	}
	if r.hasTask(r.c.Judge, r.first) || r.hasTask(r.c.Relabel, r.first) || !r.hasTask(r.c.Judge, r.own) || !r.hasTask(r.c.Relabel, r.own) {
		t.Error("the query with failures must be pending, and only that")
	}
	r.wantNumber(0, "SELECT count(*) FROM decisions WHERE query = ?", r.first)
	qs, err := r.s.PendingQueries(ctx, r.c.Judge, Upstream{Recipe: r.c.Negatives, Tasks: true}, 0, Bound{}, 10)
	must(t, err)
	if len(qs) != 1 || qs[0].Row != r.first || qs[0].Retries != 1 {
		t.Errorf("pending %+v", qs)
	}
	// A second retry before the next run must not take the first judge's failure for the last word.
	r.wantRetried("", map[string]int64{"judge": 0})
	r.wantTally(0, r.c.Judge, hardneg.Failed, "not_json")

	r.saveVerdicts(r.first, judged(r.slots[1], verdict(1, 2)), judged(r.slots[2], verdict(1, "timeout")))
	r.wantTally(5, r.c.Judge, hardneg.Done, "")
	r.wantTally(1, r.c.Judge, hardneg.Done, "undecided")
	r.wantTally(1, r.c.Judge, hardneg.Failed, "timeout")
	r.wantClean()
}

func TestRetryUndecidesUnderEveryPolicy(t *testing.T) {
	r := newScene(newRig(t))
	other, err := r.s.AddRecipes([]Recipe{{Hash: hardneg.KeyOf("chain", "queries", "")}, {Hash: hardneg.KeyOf("chain", "verify", "")},
		{Hash: hardneg.KeyOf("chain", "negatives", "")}, {Hash: hardneg.KeyOf("chain", "judge", "")},
		{Stage: "relabel", Hash: hardneg.KeyOf("other policy"), About: "keep"}})
	must(t, err)
	keep := other[4].ID
	must(t, r.s.SaveDecisions(Decided{Task{Recipe: keep, Input: r.first}, []CandidateDecision{decided(r.slots[0], hardneg.LabelNegative, "")}}))
	must(t, r.s.SaveDecisions(Decided{Task{Recipe: keep, Input: r.own}, []CandidateDecision{decided(r.imported[0], hardneg.LabelPositive, "")}}))
	r.wantClean()
	r.wantRetried("", map[string]int64{"judge": 2})
	r.wantTally(0, keep, hardneg.Done, "negative")
	r.wantTally(1, keep, hardneg.Done, "positive")
	if r.hasTask(keep, r.first) || !r.hasTask(keep, r.own) {
		t.Error("tasks of the other policy")
	}
}
