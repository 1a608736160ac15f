package store

import (
	"context"
	"encoding/binary"
	"errors"
)

// signed gathers the signatures of passages that a transaction adds: one after the other the row of the passage, as the difference to the
// one before, the length of the signature and its bytes. What a signature is, who gives it knows.
type signed struct {
	bytes []byte
	last  int64
}

func (s *signed) add(row int64, signature []byte) {
	if len(signature) == 0 {
		return
	}
	s.bytes = binary.AppendVarint(s.bytes, row-s.last)
	s.bytes = binary.AppendUvarint(s.bytes, uint64(len(signature)))
	s.bytes = append(s.bytes, signature...)
	s.last = row
}

// each visits what add took.
func (s *signed) each(visit func(row int64, signature []byte) error) error {
	row := int64(0)
	for b := s.bytes; len(b) > 0; {
		step, n := binary.Varint(b)
		if n <= 0 {
			return ErrSignatures
		}
		b = b[n:]
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return ErrSignatures
		}
		row += step
		if err := visit(row, b[n:n+int(size)]); err != nil {
			return err
		}
		b = b[n+int(size):]
	}
	return nil
}

// sign saves what was gathered for an import.
func (t *Tx) sign(imp int64, s signed) error {
	if len(s.bytes) == 0 {
		return nil
	}
	sum := newSum()
	sum.numbers(imp)
	sum.blob(s.bytes)
	_, err := t.exec("INSERT INTO signatures (import, bytes, sum) VALUES (?,?,?)", imp, s.bytes, sum.value())
	return err
}

// ErrSignatures says that signatures are not what was stored. What they tell can be read from the passages.
var ErrSignatures = errors.New("signatures of passages are not what was stored")

// EachSignature visits the signatures of the passages of complete imports that have one, by the rows of the passages, in no order. They
// are not to be kept. Errors are ErrSignatures, *Error and those of visit.
func (s *Store) EachSignature(ctx context.Context, visit func(row int64, signature []byte) error) error {
	var after int64
	for {
		var imp, sum int64
		var some signed
		err := s.each(ctx, `SELECT id, import, bytes, sum FROM signatures WHERE id > ?
			AND import NOT IN (SELECT id FROM imports WHERE complete = 0) ORDER BY id LIMIT 1`, []any{after}, func(scan scanner) error {
			return scan(&after, &imp, &some.bytes, &sum)
		})
		if err != nil || some.bytes == nil {
			return err
		}
		if sumOf(imp, some.bytes) != sum {
			return ErrSignatures
		}
		if err := some.each(visit); err != nil {
			return err
		}
	}
}

// keysAtOnce is how many keys of passages are read at a time.
const keysAtOnce = 2000

// EachPassageKey visits the rows and ids of the passages of complete imports, in the order of the ids, without their texts.
func (s *Store) EachPassageKey(ctx context.Context, visit func(row int64, id string) error) error {
	var broken bool
	if err := s.readers.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM imports WHERE complete = 0)").Scan(&broken); err != nil {
		return readError(err)
	}
	query := "SELECT id, key FROM passages WHERE key > ?1 ORDER BY key LIMIT ?2" // of the index alone
	if broken {
		query = "SELECT id, key FROM passages WHERE key > ?1 AND import NOT IN (SELECT id FROM imports WHERE complete = 0) ORDER BY key LIMIT ?2"
	}
	for after, n := "", keysAtOnce; n == keysAtOnce; {
		r, err := s.rowsOf(ctx, "SELECT gen_rows(id, key) FROM ("+query+")", after, keysAtOnce)
		if err != nil {
			return err
		}
		for n = 0; r.more(); n++ {
			row, id := r.integer(), r.text()
			if r.err == nil && id <= after {
				return readError(errors.New("passages in no order"))
			}
			after = id
			if err := visit(row, id); err != nil {
				return err
			}
		}
		if err := r.failed(); err != nil {
			return err
		}
	}
	return nil
}
