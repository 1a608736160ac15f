package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/store"
)

// check asks how far a submitted batch is, and collects it if it has ended.
func (b *batching) check(ctx context.Context, o *store.Batch) error {
	var remote llm.RemoteBatch
	err := b.patience(o.Role).Try(ctx, func(try int) (err error) {
		remote, err = b.api(o.Role).Get(ctx, o.Remote)
		if err == nil && try < b.cfg.Models[o.Role].Retries {
			err = remote.Late()
		}
		return err
	})
	if err != nil {
		return unknown(*o, err)
	}
	changed := o.Status != remote.Status || o.Completed != remote.Counts.Completed || o.Failed != remote.Counts.Failed
	o.Status, o.Completed, o.Failed = remote.Status, remote.Counts.Completed, remote.Counts.Failed
	if remote.Ended() {
		return b.collect(ctx, o, remote)
	}
	if !changed {
		return nil
	}
	return b.st.SaveBatch(*o)
}

// collect takes what came of a batch that has ended: answers, failures, and requests without either, which are planned again.
func (b *batching) collect(ctx context.Context, o *store.Batch, remote llm.RemoteBatch) error {
	if e := remote.Refused(); e != nil {
		if e.Reason == llm.TooMuchWaiting {
			return b.hold(ctx, o, e)
		}
		e.Endpoint = o.Endpoint
		if _, err := b.st.Finish(*o, e.Reason, 0); err != nil {
			return err
		}
		return e
	}
	t := b.taking(o.ID, o.Role)
	if err := b.takeFile(ctx, t, *o, "output", remote.Output, remote.Counts.Completed); err != nil {
		return err
	}
	if err := b.takeFile(ctx, t, *o, "errors", remote.Errors, 0); err != nil {
		return err
	}
	if err := b.learn(); err != nil {
		return err
	}
	o.Repeated, o.Unknown = t.repeated, t.unknown+t.unreadable
	idle, err := b.idled(ctx, t, *o, remote)
	if err != nil {
		return err
	}
	most := max(1, b.cfg.Models[o.Role].Retries)
	if remote.Status != "completed" {
		most = 0 // the provider did not get to them
	}
	missing, err := b.st.Finish(*o, reasonOf(remote), most)
	if err != nil {
		return err
	}
	o.State, o.Missing = store.BatchCollected, missing
	b.say(t.account(*o))
	if err := b.account(ctx, llm.Spent{USD: t.sum.Cost, Calls: t.sum.Stored, Tokens: t.sum.Usage.Prompt + t.sum.Usage.Completion}); err != nil {
		return err
	}
	if t.stop == nil && idle != nil {
		return idle
	}
	return t.stop
}

// idled is the error that ends a run whose provider answers nothing: batches expire or are cancelled, one after the other, without a
// single answer. No request is charged for it. As long as each of them brings something, the run goes on with the rest.
func (b *batching) idled(ctx context.Context, t *taking, o store.Batch, remote llm.RemoteBatch) (*llm.Error, error) {
	if remote.Status == "completed" || t.sum.Stored > 0 {
		return nil, nil
	}
	n, err := b.st.Rounds(ctx, o.ID)
	if err != nil || n < b.cfg.Models[o.Role].Retries {
		return nil, err
	}
	return &llm.Error{Class: llm.Down, Reason: reasonOf(remote), Endpoint: o.Endpoint, Err: fmt.Errorf("batch %s was the %s in a row that ended as %s without an answer "+
		"(models.%s.retries is %d); its requests are planned again", o.Remote, ordinal(n+1), remote.Status, o.Role, b.cfg.Models[o.Role].Retries)}, nil
}

func ordinal(n int) string {
	switch n {
	case 1:
		return "first"
	case 2:
		return "second"
	case 3:
		return "third"
	}
	return fmt.Sprintf("%dth", n)
}

// reasonOf says why a request of an ended batch has no line.
func reasonOf(remote llm.RemoteBatch) string {
	if remote.Status == "completed" {
		return "batch_no_line"
	}
	return "batch_" + remote.Status
}

// takeFile fetches a file of results to the disk, so that a lost connection costs no answer, and takes its lines. One with fewer
// lines than the provider counts may be cut where HTTP shows no end, and is fetched again; in the end what there is counts.
func (b *batching) takeFile(ctx context.Context, t *taking, o store.Batch, kind, id string, lines int64) error {
	if id == "" {
		return nil
	}
	path := b.place(o, kind)
	defer os.Remove(path)
	err := b.patience(o.Role).Try(ctx, func(try int) error {
		err := writeWhole(path, func(w io.Writer) error { return b.api(o.Role).Download(ctx, id, w) })
		if err == nil && try < b.cfg.Models[o.Role].Retries {
			err = hasLines(path, lines)
		}
		return err
	})
	if err != nil {
		return unknown(o, err)
	}
	return t.file(ctx, path)
}

// taking takes lines of results, and counts what they are.
type taking struct {
	b     *batching
	batch int64 // 0: files that were made elsewhere
	role  string
	seen  map[hardneg.Key]bool
	ready []store.BatchAnswer

	sum                           store.Settled
	repeated, unknown, unreadable int64
	stop                          error // why nothing will work: refused key, unknown model
}

func (b *batching) taking(batch int64, role string) *taking {
	return &taking{b: b, batch: batch, role: role, seen: map[hardneg.Key]bool{}}
}

// longestLine is more than a reply that a single request could have had.
const longestLine = 16 << 20

func (t *taking) file(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := linesOf(f)
	for lines.Scan() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if line := bytes.TrimSpace(lines.Bytes()); len(line) > 0 {
			if err := t.line(ctx, line); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.unreadable++ // a line that no model wrote; what came before it is taken
	}
	return t.flush()
}

func linesOf(f io.Reader) *bufio.Scanner {
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, longestLine)
	return lines
}

// hasLines reports a file that has fewer whole lines than it should.
func hasLines(path string, want int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	have := int64(0)
	for lines := linesOf(f); lines.Scan(); {
		if json.Valid(lines.Bytes()) {
			have++
		}
	}
	if have < want {
		return &llm.Error{Class: llm.Temporary, Reason: "cut", Err: fmt.Errorf("the results have %d whole lines, and the provider counts %d", have, want)}
	}
	return nil
}

// line takes one line. The first one of a request counts.
func (t *taking) line(ctx context.Context, line []byte) error {
	r, err := llm.ReadBatchLine(bytes.Clone(line))
	if err != nil {
		t.unreadable++
		return nil //nolint:nilerr // it is counted
	}
	key, err := hardneg.ParseKey(r.ID)
	if err != nil {
		t.unknown++
		return nil //nolint:nilerr // it is counted
	}
	if t.seen[key] {
		t.repeated++
		return nil
	}
	if r.Failure != nil && r.Failure.Reason == llm.NeverRun {
		return nil // as if it had no line: nobody was asked
	}
	role := t.role
	if role == "" {
		if role, err = t.b.st.RoleOf(ctx, key); err != nil {
			return err
		}
	}
	t.seen[key] = true
	t.ready = append(t.ready, t.answer(role, key, r))
	if len(t.ready) < readAtOnce {
		return nil
	}
	return t.flush()
}

// answer says what a line means for its request: what a single request with this reply would have meant, but that it is asked again
// in another batch.
func (t *taking) answer(role string, key hardneg.Key, r llm.BatchReply) store.BatchAnswer {
	m := t.b.cfg.Models[role]
	a := store.BatchAnswer{Key: key, Call: hardneg.Call{At: time.Now()}}
	e := r.Failure
	if e == nil {
		a.Call.Reply, a.Call.FinishReason, a.Call.Usage, a.Call.Cost = r.Response.Raw, r.Response.FinishReason, r.Response.Usage, m.Price.Cost(r.Response.Usage)
		return a
	}
	a.Again, a.Most = e.Class != llm.Item, max(1, m.Retries)
	server := t.b.servers[role]
	hopeless := e.Class == llm.Down || e.Class == llm.Unsupported && (server == nil || !server.Adapt(e))
	if server != nil {
		e = server.Clean(e)
	}
	a.Call.Failure, a.Call.Class, a.Call.HTTPStatus, a.Call.Reply = e.Reason, e.Class.String(), e.Status, e.Raw
	if hopeless {
		a.Most = 0 // not its fault, however often
		if t.stop == nil {
			t.stop = e
		}
	}
	return a
}

// flush stores what was taken.
func (t *taking) flush() error {
	s, err := t.b.st.Settle(t.batch, t.ready)
	if err != nil {
		return err
	}
	t.ready = t.ready[:0]
	t.unknown += s.Unknown
	t.sum.Add(s)
	return nil
}

func (t *taking) account(o store.Batch) string {
	s := fmt.Sprintf("models.%s: batch %s is %s: %d of %d requests have an answer", o.Role, o.Remote, o.Status, t.sum.Stored-t.sum.Failed, o.Requests)
	for _, n := range []struct {
		n    int64
		what string
	}{{t.sum.Failed, "failed"}, {o.Missing, "have no line"}, {o.Repeated, "lines came again"}, {o.Unknown, "lines are for none of them"}} {
		if n.n > 0 {
			s += fmt.Sprintf(", %d %s", n.n, n.what)
		}
	}
	return s
}
