package store

import (
	"fmt"
	"strings"
	"testing"
)

func init() { children["no-memory"] = readOverTheLimit }

// readOverTheLimit reads rows for which there is no memory, and again with less of them.
func readOverTheLimit(dir string) error {
	s, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.w.conn.ExecContext(ctx, "PRAGMA hard_heap_limit = 30000000"); err != nil { // of the whole process, for good
		return err
	}
	const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT "
	for _, query := range []string{numbers + "gen_rows(zeroblob(100000 + 0 * i)) FROM n", numbers + "length(gen_row(randomblob(100000 * max(i)))) FROM n"} {
		for _, n := range []int{10, 200, 10, 200, 10} {
			_, err := s.rowsOf(ctx, query, n)
			if (err != nil) != (n == 200) || err != nil && !strings.Contains(err.Error(), "out of memory") {
				return fmt.Errorf("%s of %d rows: %v", query, n, err)
			}
		}
	}
	return nil
}

func TestRowsWithoutMemoryAreAnError(t *testing.T) {
	_, said := child(t, "no-memory", t.TempDir())
	if !said.Scan() {
		t.Fatal("it ended without a word")
	}
	if said.Text() != "ended" {
		t.Error(said.Text())
	}
}
