package main

import (
	"fmt"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// strategies are the entries of generate.negatives that ask a model, with what a query takes of each: slots and calls. once are calls
// that a run makes of it besides.
var strategies = []struct {
	entry              string
	name               string
	slots, calls, once int64
}{
	{"{strategy: query-only, variant: elicited, model: writer, count: 2}", "query-only-elicited", 2, 1, 1},
	{"{strategy: decompose, model: writer, count: 3}", "decompose", 3, 2, 0},
	{"{strategy: decompose, variant: rewrite, model: writer, count: 2}", "decompose-rewrite", 2, 2, 0},
	{"{strategy: paraphrase, model: writer, count: 1}, {strategy: bm25, count: 1}", "paraphrase", 2, 1, 0},
	{"{strategy: triplet, model: writer, count: 3}", "triplet", 3, 1, 0},
	{"{strategy: twin, model: writer, count: 2}, {strategy: bm25, count: 1}", "twin", 3, 1, 0},
	{"{strategy: perturb, model: writer, count: 2}", "perturb", 2, 1, 0},
	{"{strategy: perturb, variant: rules, count: 2}", "perturb-rules", 2, 0, 0},
	{"{strategy: query-positive, model: writer, count: 3}", "query-positive", 3, 1, 0},
}

// Each strategy is taken through the whole pipeline over HTTP: planned to the call, run, exported with its name, checked, told of, and
// run again without a call.
func TestEveryStrategyFromPlanToExport(t *testing.T) {
	t.Parallel()
	for _, s := range strategies {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 20, mockllm.Config{})
			set := []string{"--set", "generate.negatives=[" + s.entry + "]", "--set", "judge.positives=false"}
			gen := func(args ...string) []string { return append(args, set...) }
			l.must(0, gen("run", "--stage", "queries")...)
			queries := l.status().stage(stageQueries).Done
			all, _ := l.objects(gen("plan")...)
			if items, calls := ofStage(all, stageNegatives); items != s.slots*queries || calls != s.calls*queries {
				t.Errorf("%d slots and %d calls are planned for %d queries, want %d and %d a query", items, calls, queries, s.slots, s.calls)
			}
			before := l.status().Calls.OK
			l.must(0, gen("run", "--stage", "negatives")...)
			if made := l.status().Calls.OK - before; made != s.calls*queries+s.once {
				t.Errorf("%d calls for %d queries, want %d each and %d", made, queries, s.calls, s.once)
			}
			l.must(0, gen("run")...)
			l.wantTexts(s.name)
			l.must(0, gen("check")...)
			l.must(0, gen("check", "run/export/jsonl")...)
			sent := l.server.Count()
			l.must(0, gen("run")...)
			if l.server.Count() != sent {
				t.Error("a finished run made calls")
			}
			out := l.must(0, gen("why", l.rows("run/export")[0].PassageID)...).out
			if turns := strings.Contains(out, "for all texts of "+s.name); turns != (s.calls == 2) {
				t.Errorf("the call that takes the query apart is told of: %v", turns)
			}
			if !strings.Contains(out, fmt.Sprintf("generated %s, slot 0", s.name)) {
				t.Error(out)
			}
		})
	}
}

// wantTexts looks for texts of a strategy in the rows of the export.
func (l *lab) wantTexts(strategy string) {
	l.t.Helper()
	n := 0
	for _, r := range l.rows("run/export") {
		if strategy == "paraphrase" || strategy == "twin" {
			n += len(r.Positives) - 1
		}
		for _, text := range r.Negatives {
			if text.Strategy == strategy && (text.Model == "w" || text.Model == "rules") && text.Source == "generated" {
				n++
			}
		}
	}
	if n == 0 {
		l.t.Errorf("no text of %s is exported", strategy)
	}
}

// The offline rules answer what every strategy asks: nothing fails, and most texts stand.
func TestEveryStrategyOffline(t *testing.T) {
	t.Parallel()
	for _, s := range strategies {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			l := newOfflineLab(t, 30)
			l.must(0, "run", "--set", "generate.negatives=["+s.entry+"]")
			st := l.status().stage(stageNegatives)
			if st.Failed != 0 || 2*st.Done < st.Planned {
				t.Errorf("%+v", st)
			}
		})
	}
}

// What was said before the query was known is shown with the call.
func TestWhyShowsWhatWasSaidBefore(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3, mockllm.Config{})
	set := []string{"--set", "generate.negatives=[" + strategies[0].entry + "]"}
	l.must(0, append([]string{"run"}, set...)...)
	out := l.must(0, append([]string{"why", "p00001"}, set...)...).out
	for _, want := range []string{"user, before:", "What is a hard negative", "reply, before:", "some definition"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
