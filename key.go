package hardneg

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"
)

// Key identifies an item or a call by what it is made from; it is the same in every run, shard and machine.
type Key [16]byte

// KeyOf hashes the parts of a key. Parts are length-prefixed, so that ("ab","c") and ("a","bc") differ.
func KeyOf(parts ...string) Key { return keyOf(parts) }

// KeyOfBytes is [KeyOf] of parts that are no strings.
func KeyOfBytes(parts ...[]byte) Key { return keyOf(parts) }

func keyOf[T string | []byte](parts []T) Key {
	joined := joinedParts.Get().(*[]byte)
	b := (*joined)[:0]
	for _, p := range parts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(p)))
		b = append(b, p...)
	}
	sum := sha256.Sum256(b)
	*joined = b
	joinedParts.Put(joined)
	return Key(sum[:16])
}

// joinedParts are buffers: a request has a key of thousands of characters, and there is no other use for their copy.
var joinedParts = sync.Pool{New: func() any { return new([]byte) }}

// ParseKey reads the hexadecimal form.
func ParseKey(s string) (Key, error) {
	var k Key
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(k) {
		return k, fmt.Errorf("%q is not a key (32 hexadecimal digits)", s)
	}
	return Key(b), nil
}

func (k Key) String() string { return hex.EncodeToString(k[:]) }

// IsZero reports whether k is the zero key.
func (k Key) IsZero() bool { return k == Key{} }

// Uint64 is the leading 64 bits, for seeds and shares.
func (k Key) Uint64() uint64 { return binary.BigEndian.Uint64(k[:8]) }
