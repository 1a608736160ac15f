package main

import (
	"slices"
	"strings"
)

// runFlags are the flags of `gen run`.
type runFlags struct {
	stages        []string
	limit         int
	limited       bool // --limit was given
	shard         string
	acceptChanges bool
	ignoring      []string // fields of --reuse-ignoring
	maxRejectRate float64
	rejectLimited bool // --max-reject-rate was given
	dryRun        bool
	json          bool
}

// wanted checks --stage and returns the stages to do.
func (f runFlags) wanted() (map[string]bool, error) {
	want := map[string]bool{}
	for _, s := range f.stages {
		if !slices.Contains(allStages, s) {
			return nil, usage("known: "+strings.Join(allStages, ", "), "--stage: there is no stage %q", s)
		}
		want[s] = true
	}
	if len(f.stages) == 0 {
		for _, s := range allStages {
			want[s] = true
		}
	}
	if f.limit < 0 || f.limited && f.limit == 0 {
		return nil, usage("leave it out to do all passages", "--limit must be 1 or more")
	}
	if err := f.checkRejectRate(); err != nil {
		return nil, err
	}
	return want, checkReusable(f.ignoring, f.acceptChanges)
}
