package store

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hardneg"
)

const (
	samples = 2 // queries a passage
	slots   = 2 // candidates a query
)

func init() { _ = flag.Set("rapid.checks", "40") } // the command line may say otherwise

// player plays a run at random, and knows how every sample and slot stands.
type player struct {
	*rig
	*rapid.T
	queries map[[2]int64]result // by passage and sample
	slots   map[[2]int64]result // by query and slot
}

func (p *player) Helper()                      {}
func (p *player) Fatal(a ...any)               { p.T.Fatal(a...) }
func (p *player) Fatalf(f string, args ...any) { p.T.Fatalf(f, args...) }

var anyResult = rapid.SampledFrom([]result{done, done, done, refused, broken, {hardneg.Failed, "timeout"}})

var anySaying = rapid.SampledFrom([]any{0, 1, 2, 3, 1, 0, "unsure", "timeout", "not_json"})

func TestAnySequenceKeepsCountsEqualToRows(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		must(rt, err)
		p := &player{T: rt, queries: map[[2]int64]result{}, slots: map[[2]int64]result{}}
		p.rig = rigAt(rt, dir)
		p.unsynced = true
		p.reopen()
		defer func() { p.s.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"import":    func(*rapid.T) { p.importSome() },
			"abandon":   func(*rapid.T) { p.abandon() },
			"call":      func(*rapid.T) { p.call() },
			"queries":   func(*rapid.T) { p.playQueries(anyResult.Draw) },
			"verify":    func(*rapid.T) { p.playVerify(anySaying.Draw) },
			"negatives": func(*rapid.T) { p.playSlots(anyResult.Draw) },
			"judge":     func(*rapid.T) { p.playJudge(anySaying.Draw) },
			"relabel":   func(*rapid.T) { p.playRelabel() },
			"all": func(*rapid.T) {
				for range 3 {
					p.playRound(anyResult.Draw, anySaying.Draw)
				}
			},
			"retry":  func(*rapid.T) { p.retry() },
			"reopen": func(*rapid.T) { p.reopen() },
			"judges": func(*rapid.T) { p.c = p.recipes(rapid.SampledFrom([]string{"", "other"}).Draw(rt, "judges")) },
			"":       func(*rapid.T) { p.wantConsistent(false) },
		})
		p.finish()
	})
}

func (p *player) importSome() {
	ids := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"}), 1, 3).Draw(p.T, "ids")
	im := p.begin(fmt.Sprint("file ", p.number("SELECT coalesce(max(id), 0) FROM imports")))
	must(p, im.Add(lines(ids...)))
	if rapid.Bool().Draw(p.T, "own") {
		q := fmt.Sprint("q", im.Info.ID)
		js := []OwnJudgement{}
		for _, id := range ids {
			js = append(js, OwnJudgement{q, id, rapid.IntRange(0, 1).Draw(p.T, "grade")})
		}
		must(p, im.StageOwn([]OwnQuery{{ID: q, Text: q, Norm: uint64(im.Info.ID)}}, js))
		err := im.AddOwn(hardneg.Origin{Method: "imported"})
		if c := (*Conflict)(nil); errors.As(err, &c) {
			must(p, im.Abort())
			return
		}
		must(p, err)
	}
	must(p, im.Finish(int64(len(ids)), 0, nil, nil))
}

func (p *player) abandon() {
	im := p.begin("abandoned")
	must(p, im.Add(lines("a", "x", "y")))
	must(p, im.StageOwn([]OwnQuery{{ID: "q", Text: "q"}}, []OwnJudgement{{"q", "x", 1}, {"q", "a", 0}}))
	must(p, im.AddOwn(hardneg.Origin{}))
	p.reopen()
}

func (p *player) call() {
	k := hardneg.KeyOf("call", fmt.Sprint(rapid.IntRange(0, 3).Draw(p.T, "key")))
	if rapid.Bool().Draw(p.T, "usable") {
		must(p, p.s.Record(aCall(k)))
	} else {
		must(p, p.s.Record(failedCall(k, "timeout")))
	}
}

// play is how a drawn thing is chosen; finish gives one that always succeeds.
type play[T any] func(*rapid.T, string) T

func drawn(p *player, n int, draw play[result]) []result {
	out := make([]result, n)
	for i := range out {
		out[i] = draw(p.T, "result")
	}
	return out
}

func stand(m map[[2]int64]result, row int64, rs []result) {
	for i, x := range rs {
		if _, ok := m[[2]int64{row, int64(i)}]; !ok {
			m[[2]int64{row, int64(i)}] = x
		}
	}
}

func (p *player) playQueries(draw play[result]) bool {
	ps, err := p.s.PendingPassages(ctx, p.c.Queries, 0, Bound{}, 1)
	must(p, err)
	for _, it := range ps {
		rs := drawn(p, samples, draw)
		p.saveQueries(it.Row, rs...)
		p.saveQueries(it.Row, drawn(p, samples, draw)...) // late: changes nothing
		stand(p.queries, it.Row, rs)
	}
	return len(ps) > 0
}

// next is a query that a stage has to do.
func (p *player) next(recipe int64, up Upstream) (int64, bool) {
	qs, err := p.s.PendingQueries(ctx, recipe, up, 0, Bound{}, 1)
	must(p, err)
	if len(qs) == 0 {
		return 0, false
	}
	return qs[0].Row, true
}

func (p *player) playVerify(draw play[any]) bool {
	q, ok := p.next(p.c.Verify, Upstream{Recipe: p.c.Queries})
	if ok {
		v := verdict(0, draw(p.T, "verify"))
		x := done
		switch {
		case v.Failure != "":
			x = result{hardneg.Failed, v.Failure}
		case v.Unsure || v.Grade < hardneg.Partial:
			x = result{hardneg.Rejected, "not_answered"}
		}
		p.saveVerify(q, x, v)
		p.saveVerify(q, broken, verdict(0, "late"))
	}
	return ok
}

func (p *player) playSlots(draw play[result]) bool {
	q, ok := p.next(p.c.Negatives, Upstream{Recipe: p.c.Verify, Tasks: true})
	if ok {
		rs := drawn(p, slots, draw)
		p.saveSlots(q, rs...)
		p.saveSlots(q, drawn(p, slots, draw)...)
		stand(p.slots, q, rs)
	}
	return ok
}

func (p *player) playJudge(draw play[any]) bool {
	q, ok := p.next(p.c.Judge, Upstream{Recipe: p.c.Negatives, Tasks: true})
	if !ok {
		return false
	}
	cs, err := p.s.Candidates(ctx, q, p.c.Negatives, p.c.Judge)
	must(p, err)
	var out []CandidateVerdicts
	for _, c := range cs {
		var added []hardneg.Verdict
		for all := c.Verdicts; len(all) < 2 && (len(all) == 0 || all[len(all)-1].Grade == hardneg.Ungraded); {
			v := verdict(len(all), draw(p.T, "judge"))
			added, all = append(added, v), append(slices.Clone(all), v)
		}
		if len(added) > 0 {
			out = append(out, judged(c.Row, added...))
		}
	}
	p.saveVerdicts(q, out...)
	p.saveVerdicts(q, out...)
	return true
}

func (p *player) playRelabel() bool {
	q, ok := p.next(p.c.Relabel, Upstream{Recipe: p.c.Judge, Tasks: true})
	if !ok {
		return false
	}
	cs, err := p.s.Candidates(ctx, q, p.c.Negatives, p.c.Judge)
	must(p, err)
	var out []CandidateDecision
	for _, c := range cs {
		switch last := c.Verdicts[len(c.Verdicts)-1]; {
		case last.Failure != "":
		case last.Unsure:
			out = append(out, decided(c.Row, hardneg.LabelUndecided, ""))
		case last.Grade == hardneg.Partial:
			out = append(out, decided(c.Row, hardneg.LabelDropped, "ambiguous"))
		default:
			out = append(out, decided(c.Row, hardneg.LabelNegative, ""))
		}
	}
	p.saveDecisions(q, out...)
	return true
}

func (p *player) playRound(ends play[result], says play[any]) bool {
	played := p.playQueries(ends)
	played = p.playVerify(says) || played
	played = p.playSlots(ends) || played
	played = p.playJudge(says) || played
	return p.playRelabel() || played
}
