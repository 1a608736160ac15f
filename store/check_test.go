package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestCheckPassesOnAHealthyRun(t *testing.T) {
	r := newRig(t)
	r.wantClean()
	newScene(r)
	r.wantClean()
	r.reopen()
	r.wantClean()
}

// damages are what plain SQL can do to the run of newScene, with the rule that must notice.
var damages = []struct{ rule, name, sql string }{
	{"task-input", "outcome of no query", "INSERT INTO tasks (recipe, input, outcome) SELECT id, 999, 1 FROM recipes WHERE stage = 'judge'"},
	{"task-input", "outcome of no passage", "INSERT INTO tasks (recipe, input, outcome) SELECT id, 999, 1 FROM recipes WHERE stage = 'queries'"},
	{"recipe", "task of no recipe", "INSERT INTO tasks (recipe, input, outcome) VALUES (99, 1, 1)"},
	{"recipe", "verdict of no recipe", "UPDATE verdicts SET recipe = 99 WHERE candidate = 0"},
	{"recipe", "recipe gone", "DELETE FROM recipes WHERE stage = 'negatives'"},
	{"foreign-key", "query gone", "DELETE FROM queries WHERE outcome = 1 AND recipe <> 0"},
	{"foreign-key", "passage gone", "DELETE FROM passages WHERE key = 'a'"},
	{"foreign-key", "profile gone", "DELETE FROM profiles"},
	{"orphan-verdict", "candidate gone", "DELETE FROM candidates WHERE id = (SELECT max(candidate) FROM verdicts)"},
	{"orphan-verdict", "verdict on a candidate of another query", "UPDATE candidates SET query = (SELECT max(id) FROM queries), strategy = 9 WHERE id = (SELECT max(candidate) FROM verdicts)"},
	{"orphan-decision", "decision of nothing", "UPDATE decisions SET candidate = 0 WHERE label = 'positive'"},
	{"orphan-decision", "decision of another judge", "UPDATE recipes SET parent = 1 WHERE stage = 'relabel'"},
	{"partial-judgement", "verdict gone", "DELETE FROM verdicts WHERE candidate = (SELECT max(candidate) FROM verdicts)"},
	{"partial-judgement", "new candidate of a judged query", "UPDATE candidates SET outcome = 1, reason = '' WHERE outcome = 2"},
	{"partial-judgement", "verdict on the passage gone", "DELETE FROM verdicts WHERE candidate = 0 AND state = 5"},
	{"cascade-gap", "first judge skipped", "DELETE FROM verdicts WHERE step = 0 AND candidate <> 0 AND state = 4"},
	{"cascade-gap", "first judge skipped for the passage", "DELETE FROM verdicts WHERE step = 0 AND candidate = 0"},
	{"reason", "query without reason", "UPDATE queries SET reason = '' WHERE outcome = 3"},
	{"reason", "slot without reason", "UPDATE candidates SET reason = '' WHERE outcome = 2"},
	{"reason", "task without reason", "UPDATE tasks SET reason = '' WHERE outcome = 3"},
	{"verdict", "failure without reason", "UPDATE verdicts SET failure = '' WHERE state = 5"},
	{"verdict", "grade without score", "UPDATE verdicts SET score = NULL WHERE state = 1"},
	{"verdict", "grade out of range", "UPDATE verdicts SET state = 9 WHERE state = 1"},
	{"integrity", "text that must be there", "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'title  TEXT NOT NULL', 'title  TEXT'); " +
		"PRAGMA schema_version = 900; PRAGMA writable_schema = RESET; UPDATE passages SET title = NULL; PRAGMA writable_schema = ON; " +
		"UPDATE sqlite_schema SET sql = replace(sql, 'title  TEXT', 'title  TEXT NOT NULL') WHERE name = 'passages'; PRAGMA schema_version = 901; UPDATE spend SET cost = 0"},
	{"origin", "call of a query gone", "UPDATE queries SET call = x'00112233445566778899aabbccddeeff' WHERE call IS NOT NULL AND outcome = 1"},
	{"origin", "call of a slot gone", "UPDATE candidates SET call = x'00112233445566778899aabbccddeeff' WHERE outcome = 2"},
	{"origin", "call failed after all", "UPDATE calls SET ok = 0, failure = 'timeout'"},
	{"counts", "query more", "UPDATE counts SET n = n + 1 WHERE recipe = (SELECT id FROM recipes WHERE stage = 'queries') AND outcome = 2"},
	{"counts", "verify reason", "UPDATE counts SET reason = 'other' WHERE recipe = (SELECT id FROM recipes WHERE stage = 'verify') AND outcome = 3"},
	{"counts", "slots less", "UPDATE counts SET n = n - 1 WHERE recipe = (SELECT id FROM recipes WHERE stage = 'negatives') AND outcome = 1"},
	{"counts", "judge more", "UPDATE counts SET n = n + 1 WHERE recipe = (SELECT id FROM recipes WHERE stage = 'judge') AND reason = 'undecided'"},
	{"counts", "judge fails less", "UPDATE counts SET n = 0 WHERE recipe = (SELECT id FROM recipes WHERE stage = 'judge') AND reason = 'timeout'"},
	{"counts", "judge fails for another reason", "UPDATE counts SET reason = 'other' WHERE recipe = (SELECT id FROM recipes WHERE stage = 'judge') AND reason = 'timeout'"},
	{"counts", "judge rejects", "UPDATE counts SET outcome = 2 WHERE recipe = (SELECT id FROM recipes WHERE stage = 'judge') AND reason = 'timeout'"},
	{"counts", "relabel label", "UPDATE counts SET reason = 'failed' WHERE recipe = (SELECT id FROM recipes WHERE stage = 'relabel') AND reason = 'undecided'"},
	{"counts", "decision gone", "DELETE FROM decisions WHERE label = 'dropped'"},
	{"counts", "imported candidates", "UPDATE counts SET n = n + 1 WHERE outcome = 9"},
	{"counts", "imported candidates gone", "DELETE FROM counts WHERE outcome = 9"},
	{"counts", "slot gone", "DELETE FROM candidates WHERE outcome = 3"},
	{"counts", "verify task gone", "DELETE FROM tasks WHERE outcome = 3"},
	{"verdicts", "last verdict gone", "DELETE FROM verdicts WHERE step = 1 AND state = 4"},
	{"verdicts", "second verdict on the passage gone", "DELETE FROM verdicts WHERE candidate = 0 AND step = 1"},
	{"verdicts", "number", "UPDATE counts SET n = n + 1 WHERE outcome = 10"},
	{"verdicts", "number gone", "DELETE FROM counts WHERE outcome = 10"},
	{"counts", "similarity more", "UPDATE counts SET n = n + 1 WHERE recipe = (SELECT id FROM recipes WHERE stage = 'similarity')"},
	{"similarity", "of no candidate", "UPDATE similarities SET candidate = 999 WHERE candidate = (SELECT max(candidate) FROM similarities)"},
	{"similarity", "gone", "DELETE FROM similarities WHERE candidate = (SELECT max(candidate) FROM similarities)"},
	{"recipe", "similarity of no recipe", "UPDATE similarities SET recipe = 99"},
	{"vector", "call gone", "UPDATE vectors SET call = 999"},
	{"static", "another static part", "UPDATE statics SET hash = x'00112233445566778899aabbccddeeff'"},
	{"spend", "cheaper", "UPDATE spend SET cost = cost - 1"},
	{"spend", "cached", "UPDATE spend SET cached = cached + 1"},
	{"spend", "written", "UPDATE spend SET written = written + 1"},
	{"spend", "faster", "UPDATE spend SET latency = latency - 1"},
	{"spend", "unconfirmed", "UPDATE spend SET unconfirmed = 0"},
	{"spend", "repaired", "UPDATE spend SET repaired = repaired + 1"},
	{"spend", "unreadable", "UPDATE calls SET unreadable = 1"},
	{"spend", "call gone", "DELETE FROM calls WHERE ok = 0"},
	{"spend", "sums gone", "DELETE FROM spend"},
	{"totals", "passages", "UPDATE totals SET n = n + 1 WHERE name = 'passages'"},
	{"totals", "no passages", "DELETE FROM totals WHERE name = 'passages'"},
	{"totals", "own queries", "UPDATE totals SET n = 5 WHERE name = 'own_queries'"},
	{"totals", "own passages", "UPDATE passages SET own = 0"},
	{"totals", "imported candidates", "UPDATE totals SET n = 0 WHERE name = 'imported_candidates'"},
	{"reply", "reply", "UPDATE calls SET reply = x'2829' || substr(reply, 3) WHERE id = (SELECT max(id) FROM calls)"},
	{"reply", "reply cut off", "UPDATE calls SET reply = substr(reply, 1, length(reply) - 1) WHERE id = (SELECT max(id) FROM calls)"},
	{"reply", "request", "UPDATE calls SET request = x'00'"},
	{"reply", "static part", "UPDATE statics SET body = x'0102'"},
	{"batch", "batch collected and its requests not", "UPDATE batches SET state = 4"},
	{"batch", "answered without a reply", "UPDATE batch_requests SET state = 1"},
	{"tags", "tags that do not exist", "UPDATE queries SET tags = 7"},
	{"key", "short key of a query", "UPDATE queries SET key = x'00' WHERE recipe = 0"},
	{"key", "long key of a slot", "UPDATE candidates SET key = key || key"},
	{"key", "key of a call", "UPDATE calls SET key = x'' WHERE ok = 0"},
	{"key", "key of a recipe", "UPDATE recipes SET own = x'01' WHERE stage = 'judge'"},
}

func TestCheckNoticesEveryDamage(t *testing.T) {
	sound := newScene(newRig(t))
	must(t, sound.s.Close())
	fired := map[string]bool{}
	for _, d := range damages {
		t.Run(d.rule+"/"+d.name, func(t *testing.T) {
			dir := t.TempDir()
			copyRun(t, sound.dir, dir)
			tamper(t, dir, d.sql)
			s, err := Open(dir, Options{ReadOnly: true})
			must(t, err)
			defer s.Close()
			vs, err := s.Check(ctx)
			must(t, err)
			if !slices.ContainsFunc(vs, func(v Violation) bool { return v.Rule == d.rule && v.Rows > 0 }) {
				t.Errorf("%s: got %v, want a violation of %s", d.sql, vs, d.rule)
			}
			for _, v := range vs {
				fired[v.Text] = true
				if d.rule == "integrity" && v.Rule != d.rule {
					t.Errorf("%v: what stands in a damaged file proves nothing", v)
				}
				if !strings.HasPrefix(v.String(), v.Rule+": ") || !strings.HasSuffix(v.String(), fmt.Sprintf("(%d)", v.Rows)) {
					t.Errorf("violation %q", v)
				}
			}
			readAll(t, d.name, s)
		})
	}
	for _, in := range invariants {
		if !fired[in.text] {
			t.Errorf("no damage breaks %s: %s", in.rule, in.text)
		}
	}
}
