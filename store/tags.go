package store

import "hardneg"

// tags returns the row of what a set says of a query, 0 for nothing.
func (t *Tx) tags(g hardneg.Tags) (int64, error) {
	if g == (hardneg.Tags{}) {
		return 0, nil
	}
	k := internKey{table: "tags", a: g.Subset, b: g.Instruction, c: g.Type}
	if id, ok := t.w.interned[k]; ok { // before the arguments are made
		return id, nil
	}
	return t.intern(k,
		"INSERT INTO tags (subset, instruction, type, sum) VALUES (?,?,?,?)",
		"SELECT id FROM tags WHERE subset=? AND instruction=? AND type=? AND ? IS NOT NULL", g.Subset, g.Instruction, g.Type, sumOf(g.Subset, g.Instruction, g.Type))
}
