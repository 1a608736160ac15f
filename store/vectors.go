package store

import (
	"context"
	"encoding/json"

	"hardneg"
)

// vectorsOf notes of which texts a call brought vectors.
func (t *Tx) vectorsOf(call int64, texts []hardneg.Key) error {
	for place, text := range texts {
		if _, err := t.exec("INSERT INTO vectors (text, call, place, sum) VALUES (?,?,?,?) ON CONFLICT DO NOTHING", text[:], call, place,
			sumOf(text[:], call, int64(place))); err != nil {
			return err
		}
	}
	return nil
}

// keyList is a list of keys as SQLite takes it.
func keyList(keys []hardneg.Key) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.String()
	}
	b, err := json.Marshal(names)
	if err != nil {
		panic(err) // plain texts
	}
	return string(b)
}

const amongTexts = " WHERE text IN (SELECT unhex(value) FROM json_each(?))"

// HasVectors reports of which texts a vector is stored. Texts go by the hashes of all that decides a vector.
func (s *Store) HasVectors(ctx context.Context, texts []hardneg.Key) (map[hardneg.Key]bool, error) {
	out := map[hardneg.Key]bool{}
	err := s.each(ctx, "SELECT text FROM vectors"+amongTexts, []any{keyList(texts)}, func(scan scanner) error {
		var k hardneg.Key
		err := scan(scanKey{&k})
		out[k] = true
		return err
	})
	return out, err
}

// EachVector visits the texts of which a vector is stored, each with the stored reply that it stands in and its place there, from 0.
func (s *Store) EachVector(ctx context.Context, texts []hardneg.Key, visit func(text hardneg.Key, reply []byte, place int) error) error {
	type spot struct {
		text  hardneg.Key
		place int
	}
	var calls []int64
	in := map[int64][]spot{}
	err := s.each(ctx, "SELECT text, call, place FROM vectors"+amongTexts+" ORDER BY call, place", []any{keyList(texts)}, func(scan scanner) error {
		var at spot
		var call int64
		err := scan(scanKey{&at.text}, &call, &at.place)
		if in[call] == nil {
			calls = append(calls, call)
		}
		in[call] = append(in[call], at)
		return err
	})
	if err != nil {
		return err
	}
	for _, call := range calls { // one reply at a time: each has the vectors of many texts
		var packed []byte
		if err := s.readers.QueryRowContext(ctx, "SELECT reply FROM calls WHERE id = ? AND ok = 1", call).Scan(&packed); err != nil {
			return readError(err)
		}
		reply, err := unpack(packed)
		if err != nil {
			return err
		}
		for _, at := range in[call] {
			if err := visit(at.text, reply, at.place); err != nil {
				return err
			}
		}
	}
	return nil
}
