package main

import (
	"context"

	"hardneg"
	"hardneg/store"
)

// measured is what the run has shown so far.
type measured struct {
	spend    map[spentOn]store.Spend
	finished map[int64]int64          // done and rejected items, by recipe
	alone    map[string]bool          // stages all of whose outcomes are under the recipe of the config: what was spent there was spent on them
	asked    map[string][]store.Asked // of the judges of a stage, by step
}

// spentOn names what money was spent on.
type spentOn struct{ stage, role, model string }

// askedTasks is how many of the last tasks tell what the judges forward.
const askedTasks = 2000

func (o *outlook) measure(ctx context.Context) error {
	o.measured = measured{spend: map[spentOn]store.Spend{}, alone: map[string]bool{}, asked: map[string][]store.Asked{}}
	if o.st == nil {
		return nil
	}
	spend, err := o.st.Spending(ctx)
	if err != nil {
		return err
	}
	for _, s := range spend {
		k := spentOn{s.Stage, s.Role, s.Model}
		sum := o.spend[k]
		sum.OK, sum.Latency = sum.OK+s.OK, sum.Latency+s.Latency
		sum.Usage = hardneg.Usage{Prompt: sum.Usage.Prompt + s.Usage.Prompt, Completion: sum.Usage.Completion + s.Usage.Completion, Cached: sum.Usage.Cached + s.Usage.Cached,
			Written: sum.Usage.Written + s.Usage.Written}
		o.spend[k] = sum
	}
	if o.finished, err = finishedItems(ctx, o.st); err != nil {
		return err
	}
	stages, err := o.st.RecipeStages(ctx)
	if err != nil {
		return err
	}
	for _, r := range o.now {
		o.alone[r.Stage] = true
		for id := range o.finished {
			if stages[id] == r.Stage && id != r.ID {
				o.alone[r.Stage] = false
			}
		}
		if r.ID > 0 && (r.Stage == stageVerify || r.Stage == stageJudge) {
			if o.asked[r.Stage], err = o.st.AskedLately(ctx, r.ID, askedTasks); err != nil {
				return err
			}
		}
	}
	return nil
}

// callsPer is the number of calls that an item took, or takes from the store, the asking again after unreadable replies included; each
// where that was not measured. items are counted in requests that they should take.
func (o *outlook) callsPer(stage string, r request, items, each float64, known asks) (ratio float64, sure bool) {
	was := o.spend[spentOn{stage, r.role, r.settings.Model}]
	switch {
	case o.alone[stage] && items >= enough && was.OK >= enough:
		return each * float64(was.OK) / items, true
	case known.answered >= enough:
		return known.calls / known.answered, true
	}
	return each, false
}

// step is what the judge of one step was asked about; ok is false where the cascade was asked too little to tell. A judge that was
// never asked in a cascade that was asked much is one that nothing is forwarded to.
func (o *outlook) step(stage string, i int) (asked store.Asked, ok bool) {
	have := o.asked[stage]
	if len(have) == 0 || have[0].Texts < enough {
		return asked, false
	}
	if i < len(have) {
		asked = have[i]
	}
	return asked, true
}
