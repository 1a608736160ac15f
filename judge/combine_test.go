package judge

import (
	"math"
	"testing"

	"hardneg"
)

// says makes a verdict of a word: a grade, unsure, or a failure.
func says(x string, score float64) hardneg.Verdict {
	v := hardneg.Verdict{Judge: "m", Score: score}
	switch g, ok := KindOf("grade").grade(x); {
	case ok:
		v.Grade = g
	case x == unsure:
		v.Unsure = true
	default:
		v.Failure = x
	}
	return v
}

// Each rule on the same sets of verdicts, by hand.
func TestHowSeveralVerdictsBecomeOne(t *testing.T) {
	rules := []Combine{Any, All, Majority, Mean, Unanimous}
	for _, c := range []struct {
		said []string
		want [5]string // of any, all, majority, mean, unanimous
	}{
		{[]string{"1", "1", "1"}, [5]string{"1", "1", "1", "1", "1"}},
		{[]string{"0", "0", "3"}, [5]string{"3", "0", "0", "1", "unsure"}},
		{[]string{"0", "1", "3"}, [5]string{"3", "0", "1", "1", "unsure"}},
		{[]string{"0", "3"}, [5]string{"3", "0", "unsure", "2", "unsure"}}, // the mean 1.5 is rounded upwards
		{[]string{"1", "2"}, [5]string{"2", "1", "unsure", "2", "unsure"}},
		{[]string{"0", "1"}, [5]string{"1", "0", "unsure", "1", "unsure"}},
		{[]string{"2", "2", "0", "3"}, [5]string{"3", "0", "2", "2", "unsure"}},
		{[]string{"3", "3", "unsure"}, [5]string{"3", "unsure", "3", "unsure", "unsure"}}, // another 0 could not change any, nor the majority
		{[]string{"0", "0", "unsure"}, [5]string{"unsure", "0", "0", "unsure", "unsure"}},
		{[]string{"0", "0", "timeout"}, [5]string{"timeout", "0", "0", "timeout", "timeout"}},
		{[]string{"1", "2", "unsure"}, [5]string{"unsure", "unsure", "unsure", "unsure", "unsure"}},
		{[]string{"1", "unsure", "timeout"}, [5]string{"timeout", "timeout", "timeout", "timeout", "timeout"}},
		{[]string{"3", "unsure", "timeout"}, [5]string{"3", "timeout", "timeout", "timeout", "timeout"}},
		{[]string{"1", "1", "1", "1", "1", "1", "timeout"}, [5]string{"timeout", "timeout", "1", "1", "timeout"}},
		{[]string{"unsure", "unsure"}, [5]string{"unsure", "unsure", "unsure", "unsure", "unsure"}},
	} {
		for i, rule := range rules {
			var vs []hardneg.Verdict
			for _, s := range c.said {
				vs = append(vs, says(s, .5))
			}
			v := rule.combine(vs)
			got := v.State()
			if v.Failure != "" {
				got = v.Failure
			}
			if err := v.Validate(); err != nil || got != c.want[i] {
				t.Errorf("%s of %q: %s, want %s (%v)", rule, c.said, got, c.want[i], err)
			}
		}
	}
}

func TestTheScoreOfSeveralVerdicts(t *testing.T) {
	vs := []hardneg.Verdict{says("0", .1), says("1", .4), says("1", .2), says("3", .9), says("1", .3)}
	for rule, want := range map[Combine]float64{Any: .9, All: .1, Majority: .3, Mean: .38} {
		if got := rule.combine(vs).Score; math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %v, want %v", rule, got, want)
		}
	}
}

// panelOf asks the graders about the same texts; each text says what every one will say of it.
func panelOf(rule Combine, n int) (*Cascade, []*grader) {
	c, gs := cascadeOf(8, make([]int, n)...)
	step := Step{Judge: c.Steps[0].Judge, Combine: rule, ForwardAt: 1}
	for i, s := range c.Steps[1:] {
		s.Judge.Step, s.Judge.Member = 0, i+1
		step.Others = append(step.Others, s.Judge)
	}
	return &Cascade{Steps: []Step{step}}, gs
}

func TestSeveralJudgesOfOneStep(t *testing.T) {
	c, gs := panelOf(Majority, 3)
	j, err := c.Judge(t.Context(), About{Query: someQuery}, itemsOf("a 1 1 3", "b 0 unsure 0", "c 0 unsure 3"))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ verdict, opinions string }{{"1", "1 1 3"}, {"0", "0 unsure 0"}, {"unsure", "0 unsure 3"}} {
		var vs []hardneg.Verdict
		for n, o := range j.Opinions[i] {
			if o.N != n || o.Step != 0 || o.Role != "" {
				t.Errorf("opinion %+v", o)
			}
			vs = append(vs, o.Verdict)
		}
		v := j.New[i][0]
		if states(j.New[i]) != want.verdict || states(vs) != want.opinions || v.Judge != "model-0, model-1, model-2" || v.Origin.Method != "majority" {
			t.Errorf("text %d: %+v of %s", i, v, states(vs))
		}
	}
	inputs := map[string]bool{}
	for _, g := range gs {
		if len(g.asked) != 1 {
			t.Errorf("%d requests", len(g.asked))
		}
		inputs[g.asked[0].Input] = true
	}
	if len(inputs) != 3 {
		t.Error("recorded replies of two judges of one step could not be told apart")
	}
}

// A disagreement of a step that has to be unanimous is undecided, which the next judge is always asked about.
func TestDisagreementGoesToTheNextJudge(t *testing.T) {
	c, _ := panelOf(Unanimous, 2)
	g := &grader{say: lastWord}
	c.Steps = append(c.Steps, Step{Judge: judgeOf(1, 8, g)})
	got := judgeItems(t, c, itemsOf("a 0 0 3", "b 0 1 3", "c 3 3 1", "d 0 unsure 2"))
	for i, want := range []string{"0", "unsure 3", "3 1", "unsure 2"} {
		if got[i] != want {
			t.Errorf("%d: %s, want %s", i, got[i], want)
		}
	}
}
