package store

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"

	"hardneg"
)

// known remembers which keys may have a reply, so that a key that has none is not looked for on disk. It is a Bloom filter of a
// fixed size: it may take a new key for a known one, which costs a read, and never a known one for a new one.
type known struct {
	once  sync.Once
	valid bool // all keys of the file are in it
	bits  [knownBits / 64]atomic.Uint64
}

const (
	knownBits = 1 << 26 // 8 MB: of a million keys one in ten thousand is read in vain
	knownMost = 500_000 // keys of a file that are read; a file with more is asked for each key, as it always was
)

func bitsOf(k hardneg.Key) [4]uint32 {
	return [4]uint32{binary.BigEndian.Uint32(k[0:]), binary.BigEndian.Uint32(k[4:]), binary.BigEndian.Uint32(k[8:]), binary.BigEndian.Uint32(k[12:])}
}

// add is called before a key is saved.
func (n *known) add(k hardneg.Key) {
	if n == nil {
		return
	}
	for _, b := range bitsOf(k) {
		b %= knownBits
		n.bits[b/64].Or(1 << (b % 64))
	}
}

func (n *known) has(k hardneg.Key) bool {
	for _, b := range bitsOf(k) {
		b %= knownBits
		if n.bits[b/64].Load()&(1<<(b%64)) == 0 {
			return false
		}
	}
	return true
}

// mayHave reports whether a key may have a reply. Only who alone may write knows.
func (s *Store) mayHave(ctx context.Context, k hardneg.Key) bool {
	if s.known == nil {
		return true
	}
	s.known.once.Do(func() { s.known.valid = s.readKeys(context.WithoutCancel(ctx)) })
	return !s.known.valid || s.known.has(k)
}

// readKeys reports whether it read all keys of the file.
func (s *Store) readKeys(ctx context.Context) bool {
	var last int64
	if err := s.readers.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM calls").Scan(&last); err != nil || last > knownMost {
		return false
	}
	rows, err := s.readers.QueryContext(ctx, "SELECT key FROM calls WHERE ok = 1")
	if err != nil {
		return false
	}
	defer rows.Close()
	for rows.Next() {
		var k hardneg.Key
		if rows.Scan(scanKey{&k}) != nil {
			return false // a damaged file: who needs the key will be told
		}
		s.known.add(k)
	}
	return rows.Err() == nil
}
