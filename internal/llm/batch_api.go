package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// Batches is the Batch API of one server. Its methods make one HTTP call each, but for the lists, which are paged. Errors are of
// type *[Error].
type Batches struct {
	o       *OpenAI
	timeout time.Duration
}

// transferTimeout bounds the transfer of a file of 200 MB.
const transferTimeout = 30 * time.Minute

// Batches returns the server's Batch API; timeout bounds calls that move no file.
func (o *OpenAI) Batches(timeout time.Duration) *Batches { return &Batches{o, timeout} }

// Body renders a request as it is sent: the JSON of the whole body.
func (o *OpenAI) Body(req Request) ([]byte, error) {
	c, err := o.build(&req, o.form.Load())
	if err != nil {
		return nil, err
	}
	return c.whole(c.own)
}

// Adapt changes the form of later requests if that can cure the failure of one, and reports whether it did or had before.
func (o *OpenAI) Adapt(e *Error) bool {
	return o.adapt(e, &Request{}, o.form.Load()).adapts() || o.adapted(e)
}

// Form is what the server has refused so far, as a number to keep; Resume takes it up again.
func (o *OpenAI) Form() uint32 { return o.form.Load() }

// Resume takes up what an earlier process learned of the server.
func (o *OpenAI) Resume(form uint32) { o.form.Or(form) }

// Clean takes secrets out of a failure that came in a file, as it is done for those that come as replies.
func (o *OpenAI) Clean(e *Error) *Error {
	return o.wire.finish(e, &capture{body: []byte(o.wire.redact(string(e.Raw)))})
}

func (o *OpenAI) adapted(e *Error) bool {
	var bad *badParameter
	if e.Class != Unsupported || !errors.As(e.Err, &bad) {
		return false
	}
	a, ok := adaptations[bad.name]
	return ok && o.form.Load()&a.bit != 0
}

// RemoteBatch is a batch as the provider tells of it.
type RemoteBatch struct {
	ID       string         `json:"id"`
	Status   string         `json:"status"`
	Input    string         `json:"input_file_id"`
	Output   string         `json:"output_file_id"`
	Errors   string         `json:"error_file_id"`
	Metadata map[string]any `json:"metadata"`
	Counts   struct {
		Total     int64 `json:"total"`
		Completed int64 `json:"completed"`
		Failed    int64 `json:"failed"`
	} `json:"request_counts"`
	Problems struct {
		Data []struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Line    int    `json:"line"`
		} `json:"data"`
	} `json:"errors"`
}

// Ended reports whether nothing more will come of the batch.
func (b RemoteBatch) Ended() bool {
	switch b.Status {
	case "completed", "expired", "cancelled", "failed":
		return true
	}
	return false
}

// Late is an error while a batch has ended with answers, and does not say yet where they are.
func (b RemoteBatch) Late() error {
	if !b.Ended() || b.Counts.Completed == 0 || b.Output != "" {
		return nil
	}
	return &Error{Class: Temporary, Reason: "no_output_file", Err: fmt.Errorf("batch %s is %s with %d answers, and has no file of them", b.ID, b.Status, b.Counts.Completed)}
}

// Refused says why a batch was refused as a whole; nil if it was not.
func (b RemoteBatch) Refused() *Error {
	if b.Status != "failed" {
		return nil
	}
	said := []string{}
	for _, p := range b.Problems.Data[:min(len(b.Problems.Data), 3)] {
		text := p.Code + ": " + p.Message
		if p.Line > 0 {
			text = fmt.Sprintf("line %d: %s", p.Line, text)
		}
		said = append(said, text)
	}
	text := strings.Join(said, "; ")
	if tooMuchWaiting(text) {
		return &Error{Class: Overload, Reason: TooMuchWaiting, Err: errors.New(text)}
	}
	return &Error{Class: Down, Reason: "batch_refused", Err: fmt.Errorf("the provider refused batch %s: %s", b.ID, beginning([]byte(text), maxShown))}
}

// TooMuchWaiting is the reason of a batch that was refused because of the tokens that wait already.
const TooMuchWaiting = "enqueued_limit"

func tooMuchWaiting(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "token_limit_exceeded") || strings.Contains(s, "enqueued token") || strings.Contains(s, "enqueued_token") ||
		strings.Contains(s, "too many batches") || strings.Contains(s, "batch_limit")
}

// Upload sends a file of requests under a name and returns its id.
func (b *Batches) Upload(ctx context.Context, name, path string) (string, error) {
	c := &capture{upload: &upload{name: name, path: path}}
	var f openai.File
	err := b.call(ctx, transferTimeout, c, &f, func(ctx context.Context) error {
		_, err := b.o.client.CreateFileBytes(ctx, openai.FileBytesRequest{Name: name, Purpose: openai.PurposeBatch})
		return err
	})
	if err == nil && f.ID == "" {
		err = b.strange(c, "the file has no id")
	}
	return f.ID, absent(err)
}

// Look finds out whether the server has a Batch API, by asking for one batch of the list, whichever it is.
func (b *Batches) Look(ctx context.Context) error {
	var l struct {
		Data json.RawMessage `json:"data"` // null in some, where there is none
	}
	c, size := &capture{}, 1
	err := b.call(ctx, b.timeout, c, &l, func(ctx context.Context) error {
		_, err := b.o.client.ListBatch(ctx, nil, &size)
		return err
	})
	if err == nil && len(l.Data) == 0 {
		err = b.strange(c, "the list of batches has no data")
	}
	return absent(err)
}

// NoBatchAPI is the reason of a server that can be asked one by one only.
const NoBatchAPI = "no_batch_api"

// absent tells an address that is not there from a batch or file that is not: nothing was named that could be missing.
func absent(err error) error {
	e, ok := AsError(err)
	if ok && (e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed || e.Status == http.StatusNotImplemented) {
		return &Error{Class: Down, Reason: NoBatchAPI, Status: e.Status, Endpoint: e.Endpoint, Err: fmt.Errorf("the server has no Batch API (%w)", e.Err)}
	}
	return err
}

// FindFile looks for a file that was uploaded under a name.
func (b *Batches) FindFile(ctx context.Context, name string, size int64) (id string, ok bool, err error) {
	var l openai.FilesList
	err = b.call(ctx, b.timeout, &capture{}, &l, func(ctx context.Context) error {
		_, err := b.o.client.ListFiles(ctx)
		return err
	})
	for _, f := range l.Files {
		if f.FileName == name && int64(f.Bytes) == size && f.Status != "error" {
			return f.ID, true, err
		}
	}
	return "", false, err
}

// Create makes a batch of an uploaded file.
func (b *Batches) Create(ctx context.Context, file string, meta map[string]string) (RemoteBatch, error) {
	all := map[string]any{}
	for k, v := range meta {
		all[k] = v
	}
	var r RemoteBatch
	c := &capture{}
	err := b.call(ctx, b.timeout, c, &r, func(ctx context.Context) error {
		_, err := b.o.client.CreateBatch(ctx, openai.CreateBatchRequest{InputFileID: file, Endpoint: BatchURL, Metadata: all})
		return err
	})
	if e, ok := AsError(err); ok && tooMuchWaiting(e.Error()) {
		e.Class, e.Reason = Overload, TooMuchWaiting
	}
	if err == nil && r.ID == "" {
		err = b.strange(c, "the batch has no id")
	}
	return r, err
}

// Get asks how far a batch is.
func (b *Batches) Get(ctx context.Context, id string) (RemoteBatch, error) {
	var r RemoteBatch
	c := &capture{}
	err := b.call(ctx, b.timeout, c, &r, func(ctx context.Context) error {
		_, err := b.o.client.RetrieveBatch(ctx, id)
		return err
	})
	if err == nil && r.Status == "" {
		err = b.strange(c, "the batch has no status")
	}
	return r, err
}

// Find looks for a batch with these metadata that was not refused as a whole.
func (b *Batches) Find(ctx context.Context, meta map[string]string) (RemoteBatch, bool, error) {
	var after *string
	size := 100
	for {
		var l struct {
			Data    []RemoteBatch `json:"data"`
			LastID  string        `json:"last_id"`
			HasMore bool          `json:"has_more"`
		}
		err := b.call(ctx, b.timeout, &capture{}, &l, func(ctx context.Context) error {
			_, err := b.o.client.ListBatch(ctx, after, &size)
			return err
		})
		if err != nil {
			return RemoteBatch{}, false, err
		}
		for _, r := range l.Data {
			if r.Status != "failed" && r.has(meta) {
				return r, true, nil
			}
		}
		if !l.HasMore || len(l.Data) == 0 {
			return RemoteBatch{}, false, nil
		}
		last := l.Data[len(l.Data)-1].ID
		after = &last
	}
}

func (b RemoteBatch) has(meta map[string]string) bool {
	for k, v := range meta {
		if b.Metadata[k] != v {
			return false
		}
	}
	return true
}

// Download writes the content of a file.
func (b *Batches) Download(ctx context.Context, file string, to io.Writer) error {
	return b.call(ctx, transferTimeout, &capture{sink: to}, nil, func(ctx context.Context) error {
		_, err := b.o.client.GetFileContent(ctx, file) //nolint:bodyclose // the wire hands no body on
		return err
	})
}

// call makes one exchange and reads what came into v.
func (b *Batches) call(ctx context.Context, timeout time.Duration, c *capture, v any, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := do(withCapture(ctx, c))
	failed := c.failure(ctx, err)
	if failed == nil && (v == nil || json.Unmarshal(plain(c.body), v) == nil) {
		return nil
	}
	c.body = []byte(b.o.wire.redact(string(plain(c.body)))) // before anything of it is cut short for a message
	if failed = c.failure(ctx, err); failed == nil {
		failed = notJSON(c.body)
	}
	failed.PossiblyPaid = false // no model was asked
	return b.o.wire.finish(b.o.wire.renew(failed, c), c)
}

func (b *Batches) strange(c *capture, what string) error {
	return b.o.wire.finish(&Error{Class: Unavailable, Reason: NoBatchAPI, Err: fmt.Errorf("%s: %s", what, beginning(c.body, 200))}, c)
}
