package store

import (
	"database/sql"
	"errors"
)

// internKey is a row of a table of names.
type internKey struct{ table, a, b, c, d, e, f string }

// mostInterned bounds how many names are remembered: those of an imported set may be as many as its rows.
const mostInterned = 1 << 14

// intern returns the rowid of a name row, adding it if it is new. Ids are remembered once they are committed.
func (t *Tx) intern(k internKey, insert, find string, args ...any) (int64, error) {
	if id, ok := t.w.interned[k]; ok {
		return id, nil
	}
	if id, ok := t.interned[k]; ok {
		return id, nil
	}
	var id int64
	err := t.one(find, args, &id)
	if errors.Is(err, sql.ErrNoRows) {
		id, err = t.insert(insert, args...)
	}
	if err != nil {
		return 0, err
	}
	if len(t.w.interned) >= mostInterned {
		return id, nil
	}
	if t.interned == nil {
		t.interned = map[internKey]int64{}
	}
	t.interned[k] = id
	return id, nil
}
