//go:build sqlite_fts5

package bm25

import (
	"cmp"
	"database/sql"
	"fmt"
	"math"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"
)

// SQLite's own bm25() as a second opinion: go test -tags sqlite_fts5 ./internal/bm25. Its k1 is 1.2, its b 0.75, and its weight of a
// word is the older one, which the sums of single words are corrected for.
func TestTheIndexScoresAsSQLiteDoes(t *testing.T) {
	texts := zipf(400)
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE VIRTUAL TABLE t USING fts5(text)"); err != nil {
		t.Fatal(err)
	}
	x := New(1.2, 0.75)
	for i, words := range texts {
		x.Add(words)
		if _, err := db.Exec("INSERT INTO t (rowid, text) VALUES (?, ?)", i, strings.Join(words, " ")); err != nil {
			t.Fatal(err)
		}
	}
	x.Seal()
	for first := range 40 {
		query := []string{fmt.Sprint("w", first), fmt.Sprint("w", first*7+40), fmt.Sprint("w", first*31+90)}
		want := map[uint32]float64{}
		for _, w := range query {
			addSQLite(t, db, w, len(texts), want)
		}
		hits := x.Search(query, len(texts))
		if len(hits) != len(want) {
			t.Fatalf("%v: %d hits, SQLite has %d", query, len(hits), len(want))
		}
		for _, h := range hits {
			if math.Abs(float64(h.Score)-want[h.Text]) > 1e-4*want[h.Text] {
				t.Errorf("%v: text %d has %g, by SQLite %g", query, h.Text, h.Score, want[h.Text])
			}
		}
	}
}

func addSQLite(t *testing.T, db *sql.DB, word string, all int, sums map[uint32]float64) {
	rows, err := db.Query("SELECT rowid, -bm25(t) FROM t WHERE t MATCH ?", word)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	scores := map[uint32]float64{}
	for rows.Next() {
		var id uint32
		var score float64
		if err := rows.Scan(&id, &score); err != nil {
			t.Fatal(err)
		}
		scores[id] = score
	}
	n := float64(len(scores))
	older := cmp.Or(max(0, math.Log((float64(all)-n+0.5)/(n+0.5))), 1e-6)
	for id, score := range scores {
		sums[id] += score / older * IDF(all, len(scores))
	}
}
