package main

import (
	"context"
	"fmt"
	"time"

	"hardneg/internal/work"
)

// rejectsEvery is the time between two looks at the share of --max-reject-rate.
const rejectsEvery = time.Second

// tooManyRejects is the cause of a stop by --max-reject-rate.
type tooManyRejects struct {
	stage   string
	bad, of int64
	most    float64
}

func (e *tooManyRejects) Error() string {
	return fmt.Sprintf("stage %s: %d of the last %d items were rejected or failed, %.0f %%; --max-reject-rate allows %.0f %%",
		e.stage, e.bad, e.of, 100*float64(e.bad)/float64(e.of), 100*e.most)
}

// checkRejectRate checks --max-reject-rate.
func (f runFlags) checkRejectRate() error {
	if !f.rejectLimited || f.maxRejectRate > 0 && f.maxRejectRate < 1 {
		return nil
	}
	return usage("0.6 stops when more than 60 % of the last items of a stage were rejected or failed; leave it out to be told only",
		"--max-reject-rate must be above 0 and below 1")
}

// rejects looks at windows of a stage's last outcomes, vigilItems or more at a time.
type rejects struct {
	most   float64
	before map[string]stageStatus // at the end of the last window
}

func newRejects(most float64, s status) *rejects {
	r := &rejects{most: most, before: map[string]stageStatus{}}
	for _, st := range s.Stages {
		r.before[st.Stage] = st
	}
	return r
}

// look returns an error if more of a window than may be was rejected or failed.
func (r *rejects) look(s status) *tooManyRejects {
	for _, st := range s.Stages {
		was := r.before[st.Stage]
		bad := st.Rejected + st.Failed - was.Rejected - was.Failed
		n := st.Done - was.Done + bad
		if st.Stage == stageRelabel || n < vigilItems {
			continue
		}
		r.before[st.Stage] = st
		if float64(bad) > r.most*float64(n) {
			return &tooManyRejects{stage: st.Stage, bad: bad, of: n, most: r.most}
		}
	}
	return nil
}

// rejectLimit stops the work when --max-reject-rate is passed. The caller ends it.
func (r *runner) rejectLimit(ctx context.Context) (context.Context, func(), error) {
	if !r.flags.rejectLimited {
		return ctx, func() {}, nil
	}
	s, err := r.status(ctx)
	if err != nil {
		return ctx, nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	looks := newRejects(r.flags.maxRejectRate, s)
	stop := work.Every(rejectsEvery, func() {
		if s, err := r.status(context.Background()); err == nil { // a failing read shows up elsewhere
			if e := looks.look(s); e != nil {
				cancel(e)
			}
		}
	})
	return ctx, func() { stop(); cancel(nil) }, nil
}
