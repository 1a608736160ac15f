package main

import (
	"context"
	"encoding/json"
	"time"

	"hardneg/internal/llm"
	"hardneg/internal/work"
)

// limitsKey names what was found of how many calls each endpoint bears.
const limitsKey = "limits"

// restoreLimits goes on with the limits of the run before, so that a restart is no slow start.
func (r *runner) restoreLimits(ctx context.Context, governors map[string]*llm.Governor) error {
	b, err := r.st.Meta(ctx, limitsKey)
	if err != nil || b == nil {
		return err
	}
	found := map[string][]llm.Borne{}
	if json.Unmarshal(b, &found) != nil {
		return nil // a hint of another version; the limits are found again
	}
	for key, g := range governors {
		g.Restore(found[key])
	}
	return nil
}

// limitsEvery is the time between two times that limits are kept, for a run that is killed.
const limitsEvery = 30 * time.Second

// keepingLimits keeps them now and then, and when the returned function is called.
func (r *runner) keepingLimits(governors map[string]*llm.Governor) (stop func()) {
	end := work.Every(limitsEvery, func() { r.keepLimits(governors) })
	return func() { end(); r.keepLimits(governors) }
}

func (r *runner) keepLimits(governors map[string]*llm.Governor) {
	found := map[string][]llm.Borne{}
	for key, g := range governors {
		found[key] = g.Limits()
	}
	b, err := json.Marshal(found)
	if err == nil {
		err = r.st.SetMeta(map[string][]byte{limitsKey: b})
	}
	if err != nil {
		r.log.printf("the limits of the endpoints are not kept: %v", err)
	}
}
