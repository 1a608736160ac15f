package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
	"hardneg/store"
)

func TestCheckFindsAChangedByteAndAChangedGrade(t *testing.T) {
	t.Parallel()
	for change, table := range map[string]string{
		"UPDATE passages SET text = replace(text, 'granite', 'granitf')":                                      "passages",
		"UPDATE candidates SET text = 'X' || substr(text, 2) WHERE id = 1":                                    "candidates",
		"UPDATE queries SET text = 'X' || substr(text, 2) WHERE id = 1":                                       "queries",
		"UPDATE verdicts SET state = 3 - state WHERE candidate = (SELECT max(candidate) FROM verdicts)":       "verdicts",
		"UPDATE verdicts SET state = 4, score = NULL WHERE candidate = (SELECT max(candidate) FROM verdicts)": "verdicts",
	} {
		l := newLab(t, 2, mockllm.Config{})
		l.must(0, "run")
		l.must(0, "check")
		db, err := sql.Open("sqlite3", filepath.Join(l.dir, "run", store.FileName))
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.Exec(change)
		db.Close()
		if err != nil {
			t.Fatal(err)
		}
		if r := l.must(6, "check"); !strings.Contains(r.out, "sum: "+table+" that are not what was stored") {
			t.Errorf("%s: %s", change, r.out)
		}
	}
}
