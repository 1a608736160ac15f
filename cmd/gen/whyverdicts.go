package main

import (
	"context"
	"fmt"

	"hardneg"
	"hardneg/judge"
)

// verdicts prints what each judge said, and what stands beside it: of several judges that were asked the same, and of second looks.
func (t *teller) verdicts(ctx context.Context, vs []hardneg.Verdict, beside []hardneg.Opinion) error {
	for _, v := range vs {
		name := fmt.Sprintf("judge %d (%s, prompt %s)", v.Step+1, v.Judge, v.Origin.Prompt)
		members := 0
		for _, o := range beside {
			if o.Step == v.Step && o.Role == "" {
				members++
			}
		}
		if members > 0 {
			name = fmt.Sprintf("judge %d (%s of %d: %s)", v.Step+1, v.Origin.Method, members, v.Judge)
		}
		if err := t.verdict(ctx, name, v, members == 0); err != nil {
			return err
		}
		for _, o := range beside {
			if o.Step != v.Step {
				continue
			}
			if err := t.opinion(ctx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *teller) opinion(ctx context.Context, o hardneg.Opinion) error {
	if o.Role != hardneg.LookQuote {
		return t.verdict(ctx, lookText(o), o.Verdict, true)
	}
	fmt.Fprintln(t.w, lookText(o)) // whether it was is all that it says
	return t.call(ctx, o.Origin.Call)
}

func lookText(o hardneg.Opinion) string {
	who := fmt.Sprintf("%s, prompt %s", o.Judge, o.Origin.Prompt)
	switch o.Role {
	case hardneg.LookSwap:
		return "  second look (" + who + "), in the opposite order"
	case hardneg.LookRepeat:
		return "  second look (" + who + ")"
	case hardneg.LookQuote:
		return "  first (" + who + "): quoted from"
	case hardneg.LookAudit:
		return "  audit: shown to this judge (" + who + ") by chance"
	}
	return "  " + who
}

func (t *teller) verdict(ctx context.Context, name string, v hardneg.Verdict, withCall bool) error {
	fmt.Fprintf(t.w, "%s: %s", name, stateText(v))
	if v.Grade != hardneg.Ungraded {
		fmt.Fprintf(t.w, ", score %.3f", v.Score)
	}
	if v.Failure != "" {
		fmt.Fprintf(t.w, " (%s)", v.Failure)
	}
	fmt.Fprintln(t.w)
	if !withCall {
		return nil
	}
	return t.call(ctx, v.Origin.Call)
}

// stateText is the grade with the judge's own word for it, if that is another.
func stateText(v hardneg.Verdict) string {
	said := judge.KindOf(v.Origin.Prompt).Word(v.Grade)
	if said == "" || said == v.State() {
		return v.State()
	}
	return said + ", grade " + v.State()
}
