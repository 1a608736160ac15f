package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/llm"
	"hardneg/store"
)

// batching asks models through files. The stages plan what they would ask and go on; when they have nothing left to plan, the
// planned requests are put into batches, and when a batch has ended its answers stand in the store as if they had been asked for
// one by one. Then the stages run again: what is answered they find there, and what they ask next goes into the next batches.
//
// A batch is built, uploaded, submitted, collected; each is committed before the next step begins, so that a kill costs at most
// the step. What happened to a step that was cut off is found out from the provider by the name of the batch.
type batching struct {
	st     *store.Store
	cfg    *config.Config
	say    func(string)
	budget *llm.Budget // nil: no limit
	goals  batchGoals

	servers map[string]*llm.OpenAI // by role
	pass    int64
	made    map[int64]bool // batches that were built in this process: no step of theirs was cut off
	told    map[string]bool
	most    map[string]int64 // requests of a file of a role, where larger ones did not fit; absent: as the config says
}

// batchGoals say whom a command plans for.
type batchGoals struct {
	live     bool // models in mode live are asked
	everyone bool // models in mode live are planned for too
}

func newBatching(st *store.Store, cfg *config.Config, say func(string), goals batchGoals) *batching {
	return &batching{st: st, cfg: cfg, say: say, goals: goals, servers: map[string]*llm.OpenAI{}, made: map[int64]bool{}, told: map[string]bool{}, most: map[string]int64{}}
}

// wrap puts the client of a role together.
func (p *parts) wrap(lp llm.Parts) llm.Client {
	if p.batch == nil {
		return llm.Wrap(lp)
	}
	return p.batch.wrap(lp)
}

func (b *batching) wrap(lp llm.Parts) llm.Client {
	server, ok := lp.Provider.(*llm.OpenAI)
	switch {
	case ok && (b.goals.everyone || b.cfg.Models[lp.Role].Mode == "batch"):
		b.serve(lp.Role, server)
		return llm.WrapPlanned(lp, b)
	case b.goals.live:
		return llm.Wrap(lp)
	}
	return llm.WrapPlanned(lp, nil)
}

// Plan implements [llm.Planner].
func (b *batching) Plan(c hardneg.Call, body []byte, worst hardneg.Usage) (hardneg.Call, bool, error) {
	return b.st.Plan(b.pass, c, body, worst)
}

// roles are the models that are asked through files, sorted.
func (b *batching) roles() []string { return slices.Sorted(maps.Keys(b.servers)) }

// idle reports whether no model of the run is asked through files.
func (b *batching) idle() bool { return len(b.servers) == 0 }

// begin begins a look at all pending items.
func (b *batching) begin(ctx context.Context) (err error) {
	b.pass, err = b.st.NextPass(ctx)
	return err
}

// api is the Batch API of a role.
func (b *batching) api(role string) *llm.Batches {
	return b.servers[role].Batches(b.cfg.Models[role].Timeout)
}

func (b *batching) patience(role string) llm.Patience {
	m := b.cfg.Models[role]
	return llm.Patience{Retries: m.Retries, Wait: m.Patience, Notify: func(s string) { b.say("models." + role + ": " + s) }}
}

// open are the batches that are not collected and can be: their model is still in the config.
func (b *batching) open(ctx context.Context) ([]store.Batch, error) {
	all, err := b.st.Batches(ctx, true)
	return slices.DeleteFunc(all, func(o store.Batch) bool {
		if b.reaches(o) {
			return false
		}
		b.once("batch " + short(o) + " " + elsewhere(o) + "; it is left alone")
		return true
	}), err
}

func (b *batching) reaches(o store.Batch) bool {
	s, ok := b.servers[o.Role]
	return ok && s.Endpoint() == o.Endpoint
}

func elsewhere(o store.Batch) string {
	return fmt.Sprintf("was made for models.%s at %s, which this config does not have", o.Role, o.Endpoint)
}

// stuck says which batch pending items wait for in vain.
func (b *batching) stuck(ctx context.Context) error {
	all, err := b.st.Batches(ctx, true)
	if err != nil {
		return err
	}
	for _, o := range all {
		if !b.reaches(o) {
			return usage("put the model and its base_url back, then `gen batch collect --wait`", "items wait for batch %s, which %s", short(o), elsewhere(o))
		}
	}
	return nil
}

func (b *batching) once(s string) {
	if !b.told[s] {
		b.told[s] = true
		b.say(s)
	}
}

// short names a batch for people: as the provider does, where it knows it.
func short(o store.Batch) string {
	if o.Remote != "" {
		return o.Remote
	}
	return o.Name[:12]
}

// waves runs the stages, and again whenever batches have brought answers, until there is nothing to ask for.
func (b *batching) waves(ctx context.Context, pass func() error) error {
	for {
		if err := b.begin(ctx); err != nil {
			return err
		}
		if err := pass(); err != nil || b.idle() {
			return err
		}
		more, err := b.turn(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// turn submits what was planned and waits until a batch was collected. It reports false if there is none to wait for.
func (b *batching) turn(ctx context.Context) (bool, error) {
	if err := b.build(ctx); err != nil {
		return false, err
	}
	for {
		open, collected, err := b.look(ctx, true)
		if err != nil || collected > 0 || open == 0 {
			return collected > 0, err
		}
		if err := llm.Sleep(ctx, b.cfg.Run.Batch.Poll); err != nil {
			return false, err
		}
	}
}

// build puts what a pass has planned into batches; older ones that were not submitted and that the pass did not ask for are
// dropped before.
func (b *batching) build(ctx context.Context) error {
	all, err := b.st.Batches(ctx, true)
	if err != nil {
		return err
	}
	for _, o := range all {
		if err := b.sift(ctx, o); err != nil {
			return err
		}
	}
	for _, role := range b.roles() {
		if err := b.buildRole(ctx, role); err != nil {
			return err
		}
	}
	return nil
}

// allowed reports whether the config, which may have changed, lets a file be so large.
func (b *batching) allowed(o store.Batch) bool {
	most := b.cfg.Run.Batch
	return o.Requests == 1 || o.Requests <= int64(most.Requests) && o.Bytes <= int64(most.Megabytes)*1e6
}

// sift drops a batch of another process that was not submitted, unless all of it is still wanted, and in one file. A batch that may have been
// submitted is looked for first.
func (b *batching) sift(ctx context.Context, o store.Batch) error {
	reached := b.reaches(o)
	if o.State >= store.BatchSubmitted || b.made[o.ID] || o.State == store.BatchUploaded && !reached {
		return nil
	}
	if o.State == store.BatchUploaded {
		if adopted, err := b.adopt(ctx, &o); err != nil || adopted {
			return err
		}
	}
	wanted, err := b.st.Wanted(ctx, o.ID, b.pass)
	if err != nil || wanted && reached && b.allowed(o) {
		return err
	}
	_ = os.Remove(b.place(o, "requests")) // it may not be there
	return b.st.DropBatch(o.ID)
}

// look takes every open batch as far as it goes now, and counts those that are open still and those that were collected.
func (b *batching) look(ctx context.Context, submit bool) (left, collected int, err error) {
	open, err := b.open(ctx)
	if err != nil {
		return 0, 0, err
	}
	held := map[string]bool{} // roles with a batch that does not fit yet: those after it would not either
	for i := range open {
		o := &open[i]
		if o.State < store.BatchSubmitted && submit && !held[o.Role] {
			if err := b.push(ctx, o, open); err != nil {
				return 0, 0, err
			}
			held[o.Role] = o.State < store.BatchSubmitted
		}
		if o.State == store.BatchSubmitted {
			if err := b.check(ctx, o); err != nil {
				return 0, 0, err
			}
		}
		if o.State == store.BatchCollected {
			collected++
		} else if o.State == store.BatchSubmitted || submit {
			left++
		}
	}
	return left, collected, nil
}

// refuseMixture refuses to ask a model one by one while batches with its requests are at the provider: both would be paid for.
func (b *batching) refuseMixture(ctx context.Context) error {
	open, err := b.st.Batches(ctx, true)
	if err != nil {
		return err
	}
	var roles []string
	for _, o := range open {
		if m, ok := b.cfg.Models[o.Role]; ok && m.Mode != "batch" && o.State >= store.BatchUploaded && !slices.Contains(roles, o.Role) {
			roles = append(roles, o.Role)
		}
	}
	if len(roles) == 0 {
		return nil
	}
	return usage("`gen batch collect --wait` takes their answers; or set mode: batch again and `gen run`",
		"models.%s is in mode live now, and batches of it are at the provider", strings.Join(roles, ", models."))
}
