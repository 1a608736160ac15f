package llm

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"hardneg"
)

// Recording is one line of a file of recorded replies. Stage, Input, Sample and Attempt say what it answers; Prompt is the
// template's id (name@hash) that it was given for, Model who gave it.
type Recording struct {
	Stage        string        `json:"stage"`
	Input        string        `json:"input"`
	Sample       int           `json:"sample"`
	Attempt      int           `json:"attempt"`
	Prompt       string        `json:"prompt"`
	Model        string        `json:"model"`
	Content      string        `json:"content"`
	FinishReason string        `json:"finish_reason"`
	Usage        hardneg.Usage `json:"usage"`
}

// Recorded replays replies. It is a provider like any other: its replies go through the same parsers and checks.
type Recorded struct {
	file    string
	replies map[recordedKey]Recording
	notify  func(string)
	told    once
}

type recordedKey struct {
	stage, input    string
	sample, attempt int
}

// badRecordings is how many bad lines of a file are named.
const badRecordings = 5

// NewRecorded reads a JSONL file of recordings. Its error names the bad lines, each on a line of its own. notify is told, once a
// prompt, that a reply was given to another version of it.
func NewRecorded(file string, notify func(string)) (*Recorded, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("recorded replies: %w", err)
	}
	defer f.Close()
	r := &Recorded{file: file, replies: map[recordedKey]Recording{}, notify: notify}
	in := bufio.NewReader(f)
	var bad []error
	for line := 1; len(bad) < badRecordings; line++ {
		b, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(b)) > 0 {
			if err := r.add(b); err != nil {
				bad = append(bad, fmt.Errorf("%s:%d: %w", file, line, err))
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			bad = append(bad, fmt.Errorf("%s:%d: %w", file, line, err))
		}
		if err != nil {
			break
		}
	}
	if len(bad) == 0 && len(r.replies) == 0 {
		bad = append(bad, fmt.Errorf("%s:1: no recorded reply in it: the file is empty", file))
	}
	return r, errors.Join(bad...)
}

// CheckRecorded says what is wrong with a file of recordings.
func CheckRecorded(file string) error {
	_, err := NewRecorded(file, nil)
	return err
}

func (r *Recorded) add(line []byte) error {
	var rec Recording
	if err := json.Unmarshal(line, &rec); err != nil {
		return fmt.Errorf("not a recorded reply: %w", err)
	}
	if rec.Stage == "" || rec.Input == "" {
		return errors.New("not a recorded reply: stage and input must be given")
	}
	k := recordedKey{rec.Stage, rec.Input, rec.Sample, rec.Attempt}
	if old, ok := r.replies[k]; ok && old.Content != rec.Content {
		return fmt.Errorf("a second reply for stage %s, input %s, sample %d, attempt %d", rec.Stage, rec.Input, rec.Sample, rec.Attempt)
	}
	r.replies[k] = rec
	return nil
}

// Complete replays the reply for the request's stage, input, sample and attempt. Where there is none the item fails.
func (r *Recorded) Complete(_ context.Context, req Request) (Response, error) {
	if len(req.Texts) > 0 {
		return Response{}, &Error{Class: Down, Reason: "no_vectors", Unsent: true, Endpoint: r.Endpoint(), Err: errors.New("vectors are not recorded; name an encoder of another provider")}
	}
	rec, ok := r.replies[recordedKey{req.Stage, req.Input, req.Sample, req.Attempt}]
	if !ok {
		return Response{}, &Error{Class: Item, Reason: "not_recorded", Endpoint: r.Endpoint(),
			Err: fmt.Errorf("no reply for stage %s, input %s, sample %d, attempt %d", req.Stage, req.Input, req.Sample, req.Attempt)}
	}
	if rec.Prompt != req.Prompt && r.notify != nil && r.told.first(rec.Prompt+req.Prompt) {
		r.notify(fmt.Sprintf("recorded replies of stage %s were given to prompt %s; this run has %s", req.Stage, rec.Prompt, req.Prompt))
	}
	resp := Response{Content: rec.Content, FinishReason: rec.FinishReason, Model: rec.Model, Usage: rec.Usage}
	raw, err := json.Marshal(resp)
	resp.Raw = raw
	return resp, err
}

// Endpoint names the file.
func (r *Recorded) Endpoint() string { return r.file }

// Decode reads a stored reply.
func (r *Recorded) Decode(raw []byte) (Response, error) { return decodePlain(raw) }

// decodePlain reads a reply of the providers that need no protocol: it is stored as it is.
func decodePlain(raw []byte) (Response, error) {
	var r Response
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, fmt.Errorf("not a stored reply: %w", err)
	}
	r.Raw = raw
	return r, nil
}
