package main

import (
	"context"
	"fmt"

	"hardneg/store"
)

// The numbers of a vigil.
const (
	vigilItems   = 200 // outcomes of a stage that are looked at together
	vigilShare   = 0.5 // of them rejected or failed is much
	vigilTimes   = 2   // times as many as before is a change
	vigilQueries = 1000
	vigilEqual   = 0.2 // of the last queries equal to another is much
)

// vigil tells, in the night, what a person would see by looking: that suddenly most of a stage is refused, or that a model writes the
// same for everything. It stops nothing: what came is kept, and whether it is of use a person decides, or has with --max-reject-rate.
type vigil struct {
	say    func(string)
	before map[string]stageStatus // at the last look that was large enough
	told   once
}

// once is a set of what was said.
type once map[string]bool

func (o once) first(key string) bool {
	was := o[key]
	o[key] = true
	return !was
}

func newVigil(s status, say func(string)) *vigil {
	v := &vigil{say: say, before: map[string]stageStatus{}, told: once{}}
	for _, st := range s.Stages {
		v.before[st.Stage] = st
	}
	return v
}

// look compares the outcomes since the last look with those before it.
func (v *vigil) look(s status) {
	for _, st := range s.Stages {
		was := v.before[st.Stage]
		n := (st.Done + st.Rejected + st.Failed) - (was.Done + was.Rejected + was.Failed)
		if st.Stage == stageRelabel || n < vigilItems {
			continue
		}
		v.before[st.Stage] = st
		now := float64(st.Rejected+st.Failed-was.Rejected-was.Failed) / float64(n)
		usual, known := 0.0, was.Done+was.Rejected+was.Failed
		if known > 0 {
			usual = float64(was.Rejected+was.Failed) / float64(known)
		}
		if now >= vigilShare && now >= vigilTimes*usual && v.told.first(st.Stage) {
			v.say(fmt.Sprintf("stage %s: %.0f %% of the last %d items were rejected or failed, before it were %.0f %%; `gen status` has the reasons, "+
				"Ctrl-C stops and loses nothing", st.Stage, 100*now, n, 100*usual))
		}
	}
}

// equal looks whether the last queries are all the same: a cache in between, or a model that answers one thing.
func (v *vigil) equal(ctx context.Context, st *store.Store) error {
	n, equal, err := st.EqualQueries(ctx, vigilQueries)
	if err != nil || n < vigilItems || float64(equal) < vigilEqual*float64(n) || !v.told.first("equal") {
		return err
	}
	v.say(fmt.Sprintf("%d of the last %d queries are equal to another one: something answers the same to different passages; `gen why` of two of them shows what, "+
		"Ctrl-C stops and loses nothing", equal, n))
	return nil
}
