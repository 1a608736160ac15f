package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg"
)

// flipped is SQL that changes one bit of the first byte of a text.
func flipped(table, column string) string {
	return fmt.Sprintf("UPDATE %[1]s SET %[2]s = CAST(char(unicode(%[2]s) + 1 - 2 * (unicode(%[2]s) %% 2)) || substr(%[2]s, 2) AS TEXT) "+
		"WHERE rowid = (SELECT min(rowid) FROM %[1]s WHERE %[2]s <> '')", table, column)
}

// swapped is SQL that exchanges columns of the first two calls that differ there.
func swapped(columns string) string {
	first := strings.Split(columns, ",")[0]
	return fmt.Sprintf("CREATE TEMP TABLE two AS SELECT a.id one, b.id other FROM calls a, calls b WHERE a.ok = 1 AND b.ok = 1 AND a.%[2]s < b.%[2]s LIMIT 1; "+
		"CREATE TEMP TABLE was AS SELECT id, %[1]s FROM calls WHERE id IN (SELECT one FROM two UNION SELECT other FROM two); "+
		"UPDATE calls SET key = randomblob(16) WHERE '%[2]s' = 'key' AND id IN (SELECT one FROM two UNION SELECT other FROM two); "+
		"UPDATE calls SET (%[1]s) = (SELECT %[1]s FROM was WHERE was.id = (SELECT one + other - calls.id FROM two)) WHERE id IN (SELECT one FROM two UNION SELECT other FROM two)",
		columns, first)
}

func TestCheckNoticesOneBitOfAnyTextAndAnyVerdict(t *testing.T) {
	sound := newScene(newRig(t))
	for i, reply := range []string{`{"query":"one"}`, `{"query":"another"}`} {
		c := aCall(hardneg.KeyOf("differs", reply))
		c.Request, c.Reply, c.Cost = []byte(reply+" asked"), []byte(reply), hardneg.USD(100+i)
		must(t, sound.s.Record(c))
	}
	must(t, sound.s.SetMeta(map[string][]byte{"plan": []byte("{}")}))
	must(t, sound.s.Close())
	cases := []struct{ table, sql string }{
		{"passages", flipped("passages", "key")},
		{"passages", flipped("passages", "title")},
		{"passages", flipped("passages", "text")},
		{"passages", "UPDATE passages SET title = title || substr(text, 1, 1), text = substr(text, 2) WHERE key = 'a'"},
		{"queries", flipped("queries", "text")},
		{"queries", flipped("queries", "given")},
		{"queries", "UPDATE queries SET tags = 1 - tags WHERE given <> ''"},
		{"tags", flipped("tags", "subset")},
		{"tags", flipped("tags", "instruction")},
		{"tags", flipped("tags", "type")},
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
		{"verdicts", "UPDATE verdicts SET origin = (SELECT max(id) FROM origins) WHERE origin <> (SELECT max(id) FROM origins)"},
		{"verdicts", "UPDATE verdicts SET call = (SELECT call FROM queries WHERE call IS NOT NULL)"},
		{"verdicts", "UPDATE verdicts SET score = 1e0, state = 3 WHERE state = 2"},
		{"queries", "UPDATE queries SET origin = (SELECT max(id) FROM origins)"},
		{"queries", "UPDATE queries SET call = (SELECT call FROM verdicts WHERE call IS NOT NULL) WHERE call IS NOT NULL"},
		{"queries", "UPDATE queries SET call = NULL WHERE call IS NOT NULL"},
		{"queries", "UPDATE queries SET outcome = 1, reason = '' WHERE outcome = 2"},
		{"candidates", "UPDATE candidates SET origin = 1 WHERE origin <> 1"},
		{"candidates", "UPDATE candidates SET call = NULL WHERE call IS NOT NULL"},
		{"candidates", "UPDATE candidates SET strategy = 7"},
		{"origins", "UPDATE origins SET model = model || '-large'"},
		{"origins", "UPDATE origins SET prompt = 'p@2'"},
		{"profiles", "UPDATE profiles SET role = role || '2'"},
		{"recipes", "UPDATE recipes SET about = 'other'"},
		{"recipes", "UPDATE recipes SET parent = 1 WHERE stage = 'relabel'"},
		{"meta", "UPDATE meta SET value = x'00'"},
		{"meta", "UPDATE meta SET name = 'other'"},
		{"calls", "UPDATE calls SET reply = (SELECT reply FROM calls c WHERE c.ok = 1 AND c.reply <> calls.reply) WHERE id = (SELECT max(id) FROM calls)"},
		{"calls", swapped("reply")},
		{"calls", swapped("request")},
		{"calls", swapped("cost")},
		{"calls", swapped("key, ok")},
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

// A file of the first schema is brought to this one with sums of all that it holds, and is as sound as before.
func TestAFileOfTheFirstSchemaGetsItsSums(t *testing.T) {
	packed, err := os.ReadFile("testdata/schema-1.db.s2")
	must(t, err)
	old, err := unpack(packed)
	must(t, err)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, FileName), old, 0o600))
	s, err := Open(dir, Options{})
	must(t, err)
	vs, err := s.Check(ctx)
	must(t, err)
	if len(vs) > 0 {
		t.Errorf("%v", vs)
	}
	must(t, s.Close())
	if _, err := os.Stat(filepath.Join(dir, "run.schema-1.db")); err != nil {
		t.Errorf("no copy of the file as it was: %v", err)
	}
	tamper(t, dir, "UPDATE calls SET input = 'another' WHERE id = 1")
	s, err = Open(dir, Options{ReadOnly: true})
	must(t, err)
	defer s.Close()
	if vs, err = s.Check(ctx); err != nil || len(vs) != 1 || vs[0].Rule != "sum" {
		t.Errorf("%v, %v", vs, err)
	}
}

// What a call and its outcomes pay for their sums.
func BenchmarkSums(b *testing.B) {
	text := strings.Repeat("x", 1024)
	packed := []byte(strings.Repeat("y", 1500))
	k := hardneg.KeyOf("k")
	o := hardneg.Origin{Call: k}
	for name, sum := range map[string]func() int64{
		"passage": func() int64 { return passageSum("p00001", "a title", text) },
		"query": func() int64 {
			return querySum(1, 2, hardneg.Query{Key: k, Text: text[:60], Origin: o}, 1, "", 3, "", 0)
		},
		"candidate": func() int64 { return candidateSum(1, 2, 0, hardneg.Candidate{Key: k, Text: text, Origin: o}, 1, "", 3) },
		"verdict": func() int64 {
			return verdictSum(Task{Recipe: 1, Input: 2}, 3, hardneg.Verdict{Score: 1, Origin: o}, 3, 4)
		},
		"call": func() int64 { return callSum(hardneg.Call{Key: k, Input: "passage"}, 1, 2, packed, packed) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sum()
			}
		})
	}
}
