package store

import (
	"pgregory.net/rapid"

	"hardneg"
)

func (p *player) retry() {
	stages := map[string]bool{}
	for _, s := range rapid.SliceOfN(rapid.SampledFrom([]string{"queries", "verify", "negatives", "judge"}), 1, 4).Draw(p.T, "stages") {
		stages[s] = true
	}
	p.retryThese(stages, rapid.SampledFrom([]string{"", "", "timeout", "not_json"}).Draw(p.T, "reason"))
}

func (p *player) retryThese(stages map[string]bool, reason string) {
	n, err := p.s.Retry(p.c, stages, reason)
	must(p, err)
	for stage, m := range map[string]map[[2]int64]result{"queries": p.queries, "negatives": p.slots} {
		var want int64
		for at, x := range m {
			if stages[stage] && x.o == hardneg.Failed && (reason == "" || x.reason == reason) {
				delete(m, at)
				want++
			}
		}
		if n[stage] != want {
			p.Fatalf("retried %d items of stage %s, want %d", n[stage], stage, want)
		}
	}
}

// finish does all there is to do, with success, until no item has failed.
func (p *player) finish() {
	succeed := func(*rapid.T, string) result { return done }
	for {
		for p.playRound(succeed, func(*rapid.T, string) any { return 3 }) {
		}
		p.wantConsistent(true)
		if p.number("SELECT coalesce(sum(n), 0) FROM counts WHERE outcome = 3 AND recipe IN (?, ?, ?, ?)", p.c.Queries, p.c.Verify, p.c.Negatives, p.c.Judge) == 0 {
			return
		}
		p.retryThese(map[string]bool{"queries": true, "verify": true, "negatives": true, "judge": true}, "")
		p.wantConsistent(false)
	}
}

// ends are the numbers of a stage's items by outcome.
type ends struct{ done, rejected, failed int64 }

func (e ends) sum() int64 { return e.done + e.rejected + e.failed }

// wantConsistent compares the counts with the rows, with what the player knows, and along the stages; at the end nothing may
// be pending.
func (p *player) wantConsistent(atEnd bool) {
	p.wantClean()
	of := map[int64]*ends{}
	for _, recipe := range []int64{p.c.Queries, p.c.Verify, p.c.Negatives, p.c.Judge, p.c.Relabel} {
		of[recipe] = &ends{}
	}
	tallies, err := p.s.Tallies(ctx)
	must(p, err)
	var imported int64
	for _, x := range tallies {
		switch e := of[x.Recipe]; {
		case x.N < 0:
			p.Fatalf("negative count %+v", x)
		case e == nil: // of other judges
		case IsImportedCandidates(x):
			imported = x.N
		case x.Outcome == hardneg.Done:
			e.done += x.N
		case x.Outcome == hardneg.Rejected:
			e.rejected += x.N
		default:
			e.failed += x.N
		}
	}
	p.wantKnown("queries", p.queries, *of[p.c.Queries])
	p.wantKnown("negatives", p.slots, *of[p.c.Negatives])

	totals, err := p.s.Totals(ctx)
	must(p, err)
	own := totals["own_queries"]
	plans := []struct {
		stage         string
		recipe, plans int64
	}{
		{"queries", p.c.Queries, (totals["passages"] - totals["own_passages"]) * samples},
		{"verify", p.c.Verify, of[p.c.Queries].done + own},
		{"negatives", p.c.Negatives, of[p.c.Verify].done * slots},
		{"judge", p.c.Judge, of[p.c.Negatives].done + imported},
		{"relabel", p.c.Relabel, of[p.c.Judge].done},
	}
	for _, x := range plans {
		if pending := x.plans - of[x.recipe].sum(); pending < 0 || atEnd && pending != 0 {
			p.Fatalf("stage %s: %d planned, %+v, so %d pending", x.stage, x.plans, *of[x.recipe], pending)
		}
	}
	p.wantPending(plans[0].plans-of[p.c.Queries].sum(), plans[1].plans-of[p.c.Verify].sum())
}

func (p *player) wantKnown(stage string, known map[[2]int64]result, got ends) {
	var want ends
	for _, x := range known {
		switch x.o {
		case hardneg.Done:
			want.done++
		case hardneg.Rejected:
			want.rejected++
		default:
			want.failed++
		}
	}
	if got != want {
		p.Fatalf("stage %s counts %+v, was told %+v", stage, got, want)
	}
}

// wantPending compares what the counts say is pending with what the feeds give.
func (p *player) wantPending(queries, verify int64) {
	ps, err := p.s.PendingPassages(ctx, p.c.Queries, 0, Bound{}, 1000)
	must(p, err)
	var n int64
	for _, it := range ps {
		n += int64(samples - len(it.Have))
	}
	qs, err := p.s.PendingQueries(ctx, p.c.Verify, Upstream{Recipe: p.c.Queries}, 0, Bound{}, 1000)
	must(p, err)
	if n != queries || int64(len(qs)) != verify {
		p.Fatalf("the feeds have %d samples and %d queries, the counts %d and %d", n, len(qs), queries, verify)
	}
}
