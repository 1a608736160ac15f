package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"time"

	"hardneg/internal/llm"
	"hardneg/store"
)

// The names of what says which batch is whose, in a batch's metadata.
const (
	metaRun   = "gen_run"
	metaBatch = "gen_batch"
)

// fileName is the name of a batch's file at the provider.
func fileName(o store.Batch) string { return "gen-" + o.Name + ".jsonl" }

// runID names this run at the provider. It is drawn once.
func (b *batching) runID(ctx context.Context) (string, error) {
	id, err := b.st.Meta(ctx, "batch_run")
	if err != nil || id != nil {
		return string(id), err
	}
	fresh := rand.Text()
	return fresh, b.st.SetMeta(map[string][]byte{"batch_run": []byte(fresh)})
}

func (b *batching) metadata(ctx context.Context, o store.Batch) (map[string]string, error) {
	run, err := b.runID(ctx)
	return map[string]string{metaRun: run, metaBatch: o.Name}, err
}

// push uploads and submits a batch that is built, if the budget has room for all of it, or it is not held back.
func (b *batching) push(ctx context.Context, o *store.Batch, open []store.Batch) error {
	if time.Now().Before(o.NotBefore) {
		return nil
	}
	if wait, err := b.reserve(ctx, *o, open); err != nil || wait {
		return err
	}
	if o.State == store.BatchBuilt {
		if err := b.upload(ctx, o); err != nil {
			return err
		}
	}
	return b.submit(ctx, o)
}

func (b *batching) upload(ctx context.Context, o *store.Batch) error {
	path, err := b.file(ctx, *o)
	if err != nil {
		return err
	}
	api := b.api(o.Role)
	err = b.patience(o.Role).Try(ctx, func(try int) (err error) {
		if try > 0 || !b.made[o.ID] {
			id, ok, err := api.FindFile(ctx, fileName(*o), o.Bytes)
			if err != nil || ok {
				o.File = id
				return err
			}
		}
		o.File, err = api.Upload(ctx, fileName(*o), path)
		return err
	})
	if err != nil {
		return err
	}
	o.State = store.BatchUploaded
	return b.st.SaveBatch(*o)
}

// submit creates the batch, unless it exists: a step that was cut off may have created it.
func (b *batching) submit(ctx context.Context, o *store.Batch) error {
	meta, err := b.metadata(ctx, *o)
	if err != nil {
		return err
	}
	api := b.api(o.Role)
	var remote llm.RemoteBatch
	err = b.patience(o.Role).Try(ctx, func(try int) (err error) {
		if try > 0 || !b.made[o.ID] {
			found, ok, err := api.Find(ctx, meta)
			if err != nil || ok {
				remote = found
				return err
			}
		}
		remote, err = api.Create(ctx, o.File, meta)
		return err
	})
	if e, ok := llm.AsError(err); ok && e.Reason == llm.TooMuchWaiting {
		return b.hold(ctx, o, e)
	}
	if err != nil {
		return err
	}
	return b.submitted(o, remote)
}

func (b *batching) submitted(o *store.Batch, remote llm.RemoteBatch) error {
	o.State, o.Remote, o.Status = store.BatchSubmitted, remote.ID, remote.Status
	if err := b.st.SaveBatch(*o); err != nil {
		return err
	}
	_ = os.Remove(b.place(*o, "requests")) // the provider has it, and it can be made again
	b.say(fmt.Sprintf("models.%s: batch %s with %d requests is at the provider; it can be stopped and gone on with at any time", o.Role, o.Remote, o.Requests))
	return nil
}

// adopt looks for a batch whose creation was cut off.
func (b *batching) adopt(ctx context.Context, o *store.Batch) (bool, error) {
	meta, err := b.metadata(ctx, *o)
	if err != nil {
		return false, err
	}
	var remote llm.RemoteBatch
	var ok bool
	err = b.patience(o.Role).Try(ctx, func(int) (err error) {
		remote, ok, err = b.api(o.Role).Find(ctx, meta)
		return err
	})
	if err != nil || !ok {
		return false, err
	}
	return true, b.submitted(o, remote)
}

// The times for which a batch is held back: growing, and so often that a day passes.
const (
	longestHold = 30 * time.Minute
	mostHolds   = 60
)

// hold puts a batch off for which there is no room among the tokens that wait at the provider. It ends the run when there is none
// though nothing of ours waits.
func (b *batching) hold(ctx context.Context, o *store.Batch, e *llm.Error) error {
	o.State, o.Remote, o.Status = store.BatchUploaded, "", "held"
	o.Held++
	o.NotBefore = time.Now().Add(min(b.cfg.Run.Batch.Poll<<min(o.Held, 8), longestHold))
	if err := b.st.SaveBatch(*o); err != nil {
		return err
	}
	b.once(fmt.Sprintf("models.%s: %v; batch %s is held back until there is room; files with fewer requests (run.batch.requests) fit sooner", o.Role, e, short(*o)))
	open, err := b.st.Batches(ctx, true)
	if err != nil || slices.ContainsFunc(open, func(x store.Batch) bool { return x.State == store.BatchSubmitted }) {
		return err // there will be room when these have ended
	}
	if o.Held >= 2 && o.Requests > 1 && b.pass > 0 {
		return b.split(ctx, o)
	}
	if o.Held < mostHolds {
		return nil
	}
	return &llm.Error{Class: llm.Down, Reason: e.Reason, Endpoint: o.Endpoint, Err: fmt.Errorf("batch %s did not fit %d times: %w", short(*o), o.Held, e.Err)}
}

// split makes smaller batches of one that does not fit though nothing of ours waits.
func (b *batching) split(ctx context.Context, o *store.Batch) error {
	if err := b.st.DropBatch(o.ID); err != nil {
		return err
	}
	b.most[o.Role] = o.Requests / 2
	b.say(fmt.Sprintf("models.%s: files have up to %d requests from now on; set run.batch.requests to keep it so", o.Role, b.most[o.Role]))
	return b.buildRole(ctx, o.Role)
}

// reserve finds out whether the budget has room for a batch at its worst. If not it waits for those that are under way, and is
// refused when there is none.
func (b *batching) reserve(ctx context.Context, o store.Batch, open []store.Batch) (wait bool, err error) {
	if b.budget == nil {
		return false, nil
	}
	if err := b.account(ctx, llm.Spent{}); err != nil {
		return false, err
	}
	need, err := b.worst(ctx, o.ID)
	if err != nil {
		return false, err
	}
	err = b.budget.Fits(need)
	if err != nil && slices.ContainsFunc(open, func(x store.Batch) bool { return x.State == store.BatchSubmitted }) {
		return true, nil
	}
	return false, err
}

// account tells the budget what the batches at the provider may use, and what collected ones have.
func (b *batching) account(ctx context.Context, used llm.Spent) error {
	if b.budget == nil {
		return nil
	}
	most, err := b.worst(ctx, 0)
	if err == nil {
		b.budget.Waiting(most, used)
	}
	return err
}

// worst is what the unanswered requests of a batch, or of all that are submitted, may use.
func (b *batching) worst(ctx context.Context, batch int64) (llm.Spent, error) {
	var sum llm.Spent
	all, err := b.st.InBatches(ctx, batch)
	for _, o := range all {
		sum.Calls += o.Requests
		sum.Tokens += o.Worst.Prompt + o.Worst.Completion
		sum.USD += b.cfg.Models[o.Role].Price.Most(o.Worst)
	}
	return sum, err
}
