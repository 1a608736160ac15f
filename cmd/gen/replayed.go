package main

import (
	"context"

	"hardneg/generate"
	"hardneg/internal/llm"
)

// replayed is what of a stage's pending items the store has answers to.
type replayed struct {
	answered, done float64 // items with an outcome from the store, and those that were done
	asks           []asks  // of each judge of the cascade, or each strategy
}

// asks is what one writer or judge is asked: about how many queries or texts, in how many requests.
type asks struct {
	answered, calls float64 // replies are in the store
	open, sends     float64 // there are none
}

// What stage queries asks for beside the queries: vectors of these, and tasks to write them for.
const (
	askedTripAt  = 1
	askedTasksAt = 2
)

// ask counts a query or a text that was answered, or has to be asked about.
func (s *replayed) ask(i int, lacks bool, weight float64) {
	if lacks {
		s.asks[i].open += weight
	} else {
		s.asks[i].answered += weight
	}
}

// fromStore is the client of one writer or judge. It counts its requests.
type fromStore struct {
	llm.Stored
	r       *replay
	place   int     // of the strategy, or of the step in the cascade
	context int     // of the model, in tokens
	share   float64 // of a step's requests to one judge, in those that are the average of several
}

// Complete implements llm.Client.
func (c fromStore) Complete(ctx context.Context, req llm.Request) (llm.Response, error) {
	resp, err := c.Stored.Complete(ctx, req)
	if reason, ok := llm.ItemFailure(err); ok && reason == llm.NotStored {
		if unfit := llm.CheckFit(&req, c.context); unfit != nil {
			return resp, unfit // nor will it be sent
		}
	}
	if c.r.rereads && req.Stage == stageQueries {
		return resp, err
	}
	place := c.place
	switch {
	case len(req.Texts) > 0 && req.Stage == stageQueries:
		place = askedTripAt // whose encoder may be that of a strategy too
	case req.Schema.Name == generate.TasksSchema:
		place = askedTasksAt
	}
	a := &c.r.stages[req.Stage].asks[place]
	if reason, ok := llm.ItemFailure(err); ok && reason == llm.NotStored {
		a.sends += c.r.weight * c.share
	} else if err == nil {
		a.calls += c.r.weight * c.share
	}
	return resp, err
}

// finish counts an item that has its outcome from the store.
func (r *replay) finish(stage string, done bool) {
	s := r.stages[stage]
	s.answered += r.weight
	if done {
		s.done += r.weight
	}
}
