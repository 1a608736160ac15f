package store

import (
	"fmt"
	"strings"
	"testing"
)

// flipped is SQL that changes one bit of the first byte of a text.
func flipped(table, column string) string {
	return fmt.Sprintf("UPDATE %[1]s SET %[2]s = CAST(char(unicode(%[2]s) + 1 - 2 * (unicode(%[2]s) %% 2)) || substr(%[2]s, 2) AS TEXT) "+
		"WHERE rowid = (SELECT min(rowid) FROM %[1]s WHERE %[2]s <> '')", table, column)
}

func TestCheckNoticesOneBitOfAnyTextAndAnyVerdict(t *testing.T) {
	sound := newScene(newRig(t))
	must(t, sound.s.Close())
	cases := []struct{ table, sql string }{
		{"passages", flipped("passages", "key")},
		{"passages", flipped("passages", "title")},
		{"passages", flipped("passages", "text")},
		{"passages", "UPDATE passages SET title = title || substr(text, 1, 1), text = substr(text, 2) WHERE key = 'a'"},
		{"queries", flipped("queries", "text")},
		{"queries", flipped("queries", "given")},
		{"queries", "UPDATE queries SET key = x'00112233445566778899aabbccddeeff' WHERE id = 1"},
		{"candidates", flipped("candidates", "docid")},
		{"candidates", flipped("candidates", "title")},
		{"candidates", flipped("candidates", "text")},
		{"candidates", flipped("candidates", "source")},
		{"candidates", flipped("candidates", "breaks")},
		{"candidates", flipped("candidates", "was")},
		{"candidates", "UPDATE candidates SET key = x'00112233445566778899aabbccddeeff' WHERE id = 1"},
		{"verdicts", "UPDATE verdicts SET state = 3 WHERE candidate <> 0 AND state = 1"},
		{"verdicts", "UPDATE verdicts SET state = 0, score = 0 WHERE candidate <> 0 AND state = 4"},
		{"verdicts", "UPDATE verdicts SET score = 0.26 WHERE candidate <> 0 AND state = 1"},
		{"verdicts", "UPDATE verdicts SET state = 0 WHERE candidate = 0 AND state = 3"},
		{"verdicts", "UPDATE verdicts SET failure = 'Timeout' WHERE failure = 'timeout' AND candidate = 0"},
	}
	for _, c := range cases {
		t.Run(c.sql, func(t *testing.T) {
			dir := t.TempDir()
			copyRun(t, sound.dir, dir)
			tamper(t, dir, c.sql)
			s, err := Open(dir, Options{ReadOnly: true})
			must(t, err)
			defer s.Close()
			vs, err := s.Check(ctx)
			must(t, err)
			for _, v := range vs {
				if v.Rule == "sum" && v.Rows > 0 && strings.HasPrefix(v.Text, c.table+" that are not what was stored, the first is ") {
					return
				}
			}
			t.Errorf("got %v, want changed %s", vs, c.table)
		})
	}
}

func TestCheckNamesTheFirstChangedRowAndCountsThemAll(t *testing.T) {
	r := newScene(newRig(t))
	must(t, r.s.Close())
	tamper(t, r.dir, "UPDATE passages SET text = text || '.' WHERE key IN ('b', 'c')")
	s, err := Open(r.dir, Options{ReadOnly: true})
	must(t, err)
	defer s.Close()
	vs, err := s.Check(ctx)
	must(t, err)
	if len(vs) != 1 || vs[0].String() != "sum: passages that are not what was stored, the first is b (2)" {
		t.Errorf("got %v", vs)
	}
}

func BenchmarkSumOfOneKilobyte(b *testing.B) {
	text := strings.Repeat("x", 1024)
	for b.Loop() {
		passageSum("p00001", "a title", text)
	}
}
