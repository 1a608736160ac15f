package export

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"

	"hardneg/internal/work"
)

// output is a file that is being written: it knows its length and hashes without reading it again. Whoever writes a row
// counts it in Rows, and in decoded the bytes that it takes in memory. The quick sum is for who reads it back at once.
//
// What is written is gathered in blocks, which are put into the file, and hashed, while the next ones are filled.
type output struct {
	File
	decoded int64
	h       handle
	sum     hash.Hash
	quick   *xxhash.Digest

	block    *outputBlock      // being filled
	free     chan *outputBlock // to be filled again
	blocks   int               // there are
	writing  *work.Behind[*outputBlock]
	hashing  *work.Behind[*outputBlock]
	failure  atomic.Pointer[error] // of the writing
	written  int64                 // bytes, by who writes the blocks
	syncing  *work.Job[error]      // makes it durable; nil before the first time
	syncedAt int64                 // the length at which that began
}

// outputBlock is a part of a file.
type outputBlock struct {
	b    []byte
	uses atomic.Int32 // by who writes it and who hashes it
}

const (
	outputBlockSize = 256 << 10
	outputBlocks    = 5 // of one file: one is filled, one written and one hashed

	// syncEach is how much is written between two times that a file is made durable while it is written, so that little is left for its end.
	syncEach = 32 << 20
)

func newOutput(f File, h handle) *output {
	return &output{File: f, h: h, sum: sha256.New(), quick: xxhash.New(), block: new(outputBlock), free: make(chan *outputBlock, outputBlocks), blocks: 1}
}

// Write takes bytes. What goes wrong with them may be told later, by Close at the latest.
func (o *output) Write(p []byte) (n int, err error) {
	for n < len(p) {
		part := p[n:min(len(p), n+outputBlockSize-len(o.block.b))]
		o.block.b = append(o.block.b, part...)
		n += len(part)
		o.Bytes += int64(len(part))
		if len(o.block.b) == outputBlockSize {
			if err := o.failed(); err != nil {
				return n, err
			}
			o.give()
		}
	}
	return n, nil
}

// give has the block written and takes another.
func (o *output) give() {
	if o.writing == nil {
		o.writing, o.hashing = work.NewBehind(outputBlocks, o.write), work.NewBehind(outputBlocks, o.hash)
	}
	o.block.uses.Store(2)
	o.writing.Give(o.block)
	o.hashing.Give(o.block)
	if len(o.free) == 0 && o.blocks < outputBlocks {
		o.block = new(outputBlock)
		o.blocks++
		return
	}
	o.block = <-o.free
}

// write puts a block into the file.
func (o *output) write(b *outputBlock) {
	defer o.used(b)
	if o.failed() != nil {
		return
	}
	_, err := o.h.Write(b.b)
	if o.written += int64(len(b.b)); err == nil && o.written >= o.syncedAt+syncEach && (o.syncing == nil || o.syncing.Ended()) {
		err = o.synced()
		o.syncedAt, o.syncing = o.written, work.Begin(o.h.Sync)
	}
	if err != nil {
		o.failure.Store(&err)
	}
}

func (o *output) hash(b *outputBlock) {
	defer o.used(b)
	o.sum.Write(b.b)
	o.quick.Write(b.b)
}

// used lets a block be filled anew when both are through with it.
func (o *output) used(b *outputBlock) {
	if b.uses.Add(-1) == 0 {
		b.b = b.b[:0]
		o.free <- b
	}
}

func (o *output) failed() error {
	if err := o.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// synced waits for what makes the file durable, if something does.
func (o *output) synced() error {
	if o.syncing == nil {
		return nil
	}
	return o.syncing.Wait()
}

// settle waits until all blocks are written that were given.
func (o *output) settle() error {
	if writing, hashing := o.writing, o.hashing; writing != nil {
		o.writing, o.hashing = nil, nil
		func() {
			defer hashing.End()
			writing.End()
		}()
	}
	return cmp.Or(o.failed(), o.synced())
}

// Close makes the content durable.
func (o *output) Close() error {
	if err := o.settle(); err != nil {
		return err
	}
	o.block.uses.Store(2)
	o.write(o.block)
	o.hash(o.block)
	h := o.h
	o.h = nil
	if err := errors.Join(cmp.Or(o.failed(), o.synced()), h.Sync(), h.Close()); err != nil {
		return err
	}
	o.SHA256 = hex.EncodeToString(o.sum.Sum(nil))
	return nil
}

// abandon closes the file as it is.
func (o *output) abandon() {
	_ = o.settle()
	_ = o.h.Close()
	o.h = nil
}
