package main

import (
	"context"
	"encoding/json"

	"hardneg/internal/llm"
)

// limitsKey names what was found of how many calls each endpoint bears.
const limitsKey = "limits"

// restoreLimits goes on with the limits of the run before, so that a restart is no slow start.
func (r *runner) restoreLimits(ctx context.Context, governors map[string]*llm.Governor) error {
	b, err := r.st.Meta(ctx, limitsKey)
	if err != nil || b == nil {
		return err
	}
	found := map[string][]float64{}
	if json.Unmarshal(b, &found) != nil {
		return nil // a hint of another version; the limits are found again
	}
	for key, g := range governors {
		g.Restore(found[key])
	}
	return nil
}

// keepLimits is called when the work ends, however it ends.
func (r *runner) keepLimits(governors map[string]*llm.Governor) {
	found := map[string][]float64{}
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
