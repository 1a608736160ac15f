package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/store"
)

// readAtOnce is how many requests are read from the store at a time: files are as large as a provider takes, memory is not.
const readAtOnce = 256

// requestFile is what goes into one file: as many planned requests, in their order, as it may hold.
type requestFile struct {
	requests    int64
	bytes       int64
	sum         string
	name        string // from the content and from how often each request was in a batch before
	first, last int64  // rows
}

// measure finds out what goes into the next file of a role, after a row. With a writer it writes the lines there.
func (b *batching) measure(ctx context.Context, role string, after int64, to io.Writer) (requestFile, error) {
	f := requestFile{last: after}
	lines, name := sha256.New(), sha256.New()
	var line []byte
	limit, most := b.cfg.Run.Batch, int64(b.cfg.Run.Batch.Requests)
	if m, ok := b.most[role]; ok {
		most = min(most, m)
	}
	for {
		page, err := b.st.Planned(ctx, b.pass, role, f.last, readAtOnce)
		if err != nil {
			return f, err
		}
		full := len(page) == 0
		for _, r := range page {
			line = llm.AppendBatchLine(line[:0], r.Key, r.Body)
			if full = f.requests == most || f.requests > 0 && f.bytes+int64(len(line)) > int64(limit.Megabytes)*1e6; full {
				break
			}
			lines.Write(line)
			name.Write(r.Key[:])
			name.Write(strconv.AppendInt(nil, int64(r.Asked), 10))
			if to != nil {
				if _, err := to.Write(line); err != nil {
					return f, &store.Error{Op: "write requests", Err: err}
				}
			}
			if f.requests == 0 {
				f.first = r.Row
			}
			f.requests, f.bytes, f.last = f.requests+1, f.bytes+int64(len(line)), r.Row
		}
		if full {
			f.sum = hex.EncodeToString(lines.Sum(nil))
			f.name = hardneg.KeyOf("batch", f.sum, string(name.Sum(nil))).String()
			return f, nil
		}
	}
}

// buildRole puts the planned requests of a role into batches.
func (b *batching) buildRole(ctx context.Context, role string) error {
	for after := int64(0); ; {
		f, err := b.measure(ctx, role, after, nil)
		if err != nil || f.requests == 0 {
			return err
		}
		o := store.Batch{Name: f.name, Role: role, Model: b.cfg.Models[role].Model, Endpoint: b.servers[role].Endpoint(), Requests: f.requests, Bytes: f.bytes, Sum: f.sum}
		id, err := b.st.BuildBatch(b.pass, o, f.first, f.last)
		if err != nil {
			return err
		}
		b.made[id] = true
		after = f.last
	}
}

// place is where files of a batch lie while it is open.
func (b *batching) place(o store.Batch, kind string) string {
	return filepath.Join(b.st.Dir, "batches", o.Name+"."+kind+".jsonl")
}

// file makes the file of a batch from the stored requests, or finds it, and makes sure that it is the one that was built.
func (b *batching) file(ctx context.Context, o store.Batch) (string, error) {
	path := b.place(o, "requests")
	if sumOf(path) == o.Sum {
		return path, nil
	}
	sum := sha256.New()
	err := writeWhole(path, func(w io.Writer) error {
		var line []byte
		for after := int64(0); ; {
			page, err := b.st.BatchRequests(ctx, o.ID, after, readAtOnce)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, r := range page {
				line = llm.AppendBatchLine(line[:0], r.Key, r.Body)
				sum.Write(line)
				if _, err := w.Write(line); err != nil {
					return err
				}
				after = r.Row
			}
		}
	})
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != o.Sum {
		err = fmt.Errorf("the requests of batch %s are not those that were built", o.Name)
	}
	return path, err
}

func sumOf(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// writeWhole writes a file that is there as a whole or not at all.
func writeWhole(path string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return &store.Error{Op: "create " + filepath.Dir(path), Err: err}
	}
	f, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return &store.Error{Op: "create " + path, Err: err}
	}
	defer os.Remove(f.Name()) // not there any more if all went well
	defer f.Close()
	w := bufio.NewWriterSize(f, 256<<10)
	failed := write(struct{ io.Writer }{w}) // not a ReaderFrom, which would keep errors of what it reads from as its own
	if err := w.Flush(); err != nil {       // also one of before: then the disk is at fault, not where the content comes from
		return &store.Error{Op: "write " + path, Err: err, Hint: "free space on the disk, then run the same command again"}
	}
	if failed != nil {
		return failed
	}
	if err := f.Close(); err != nil {
		return &store.Error{Op: "write " + path, Err: err}
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return &store.Error{Op: "write " + path, Err: err}
	}
	return nil
}
