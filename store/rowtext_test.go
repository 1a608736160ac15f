package store

import (
	"bytes"
	"database/sql"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	sqlite3 "github.com/mattn/go-sqlite3"

	"hardneg"
)

// rowDrivers are the driver of this platform, and the one whose functions are in Go.
func rowDrivers() []string { return []string{readersDriver(), goRowsDriver()} }

// oneConn is a connection to a database in memory.
func oneConn(t *testing.T, driver string) *sql.Conn {
	t.Helper()
	db, err := sql.Open(driver, ":memory:")
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	c, err := db.Conn(t.Context())
	must(t, err)
	t.Cleanup(func() { must(t, c.Close()) })
	return c
}

// drawValue makes a value as SQLite gives it back.
func drawValue(draw *rand.Rand) any {
	bytes := func() []byte {
		b := make([]byte, []int{0, 0, 1, 7, 8, 9, 300, 5000}[draw.IntN(8)])
		for i := range b {
			b[i] = byte(draw.IntN(256) * draw.IntN(2)) // no UTF-8, and zeros
		}
		return b
	}
	switch draw.IntN(6) {
	case 0:
		return nil
	case 1:
		return []int64{0, 1, -1, math.MinInt64, math.MaxInt64, 1 << 32, int64(draw.Uint64())}[draw.IntN(7)]
	case 2:
		return []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.SmallestNonzeroFloat64, math.MaxFloat64, draw.NormFloat64()}[draw.IntN(7)]
	case 3:
		return bytes()
	case 4:
		return "día\x00 中文 \U0001F600"
	}
	return string(bytes())
}

// values reads a row of so many values.
func (r *rowReader) values(n int) (out []any) {
	for range n {
		kind, word, s := r.next()
		switch kind {
		case typeInteger:
			out = append(out, int64(word))
		case typeReal:
			out = append(out, math.Float64frombits(word))
		case typeText:
			out = append(out, s)
		case typeBlob:
			out = append(out, []byte(s))
		default:
			out = append(out, nil)
		}
	}
	return out
}

// TestRowsAreWhatTheDriverReads: random rows are the same whether the driver gives their values, gen_row does or gen_rows, in C or in Go.
func TestRowsAreWhatTheDriverReads(t *testing.T) {
	const columns, n = 5, 400
	var texts []string
	for _, driver := range rowDrivers() {
		draw := rand.New(rand.NewPCG(3, 5))
		c := oneConn(t, driver)
		does(t, c, "CREATE TABLE t (id INTEGER PRIMARY KEY, g, a, b, c, d, e)")
		for i := range n {
			args := []any{i / 7}
			for range columns {
				args = append(args, drawValue(draw))
			}
			does(t, c, "INSERT INTO t (g, a, b, c, d, e) VALUES (?,?,?,?,?,?)", args...)
		}
		plain := plainRows(t, c, columns)
		rows, err := c.QueryContext(t.Context(), "SELECT gen_row(a, b, c, d, e) FROM t ORDER BY id")
		must(t, err)
		all := ""
		for i := 0; rows.Next(); i++ {
			var row string
			must(t, rows.Scan(&row))
			all += row
			wantRow(t, &rowReader{rest: row}, plain[i:i+1])
		}
		must(t, rows.Err())
		for _, query := range []string{"SELECT gen_rows(a, b, c, d, e ORDER BY id) FROM t", "SELECT gen_rows(a, b, c, d, e) FROM (SELECT * FROM t ORDER BY id LIMIT 100000)"} {
			var got string
			must(t, c.QueryRowContext(t.Context(), query).Scan(&got))
			if got != all {
				t.Fatalf("%s: %s gives something else than one row after the other", driver, query)
			}
			wantRow(t, &rowReader{rest: got}, plain)
		}
		groups, err := c.QueryContext(t.Context(), "SELECT gen_rows(a, b, c, d, e ORDER BY id) FROM t GROUP BY g ORDER BY g")
		must(t, err)
		grouped := ""
		for groups.Next() {
			var group string
			must(t, groups.Scan(&group))
			grouped += group
		}
		must(t, groups.Err())
		if grouped != all {
			t.Errorf("%s: groups are something else", driver)
		}
		texts = append(texts, all)
	}
	if texts[0] != texts[1] {
		t.Error("C and Go give different bytes")
	}
}

func plainRows(t *testing.T, c *sql.Conn, columns int) (out [][]any) {
	t.Helper()
	rows, err := c.QueryContext(t.Context(), "SELECT a, b, c, d, e FROM t ORDER BY id")
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		values, to := make([]any, columns), make([]any, columns)
		for i := range to {
			to[i] = &values[i]
		}
		must(t, rows.Scan(to...))
		out = append(out, values)
	}
	must(t, rows.Err())
	return out
}

func wantRow(t *testing.T, r *rowReader, want [][]any) {
	t.Helper()
	for i, w := range want {
		got := r.values(len(w))
		for j := range w {
			if a, ok := got[j].(float64); ok { // also -0
				got[j] = math.Float64bits(a)
				w, _ := w[j].(float64)
				if got[j] != math.Float64bits(w) {
					t.Fatalf("row %d: value %d is another number", i, j)
				}
			} else if !reflect.DeepEqual(got[j], w[j]) {
				t.Fatalf("row %d: value %d is %#v, want %#v", i, j, got[j], w[j])
			}
		}
	}
	if r.more() || r.err != nil {
		t.Fatalf("%d bytes are left, %v", len(r.rest), r.err)
	}
}

func TestRowsOfNothing(t *testing.T) {
	for _, driver := range rowDrivers() {
		c := oneConn(t, driver)
		for _, query := range []string{"SELECT gen_rows(1) WHERE 0", "SELECT gen_rows()", "SELECT gen_row()", "SELECT (SELECT gen_rows(a) FROM (SELECT 1 a) WHERE a = b) FROM (SELECT 2 b)"} {
			got := "something"
			must(t, c.QueryRowContext(t.Context(), query).Scan(&got))
			if got != "" {
				t.Errorf("%s: %s gives %q", driver, query, got)
			}
		}
	}
}

// TestRowsThatAreTooBig: they are an error of SQL, after which the connection goes on.
func TestRowsThatAreTooBig(t *testing.T) {
	for _, driver := range rowDrivers() {
		c := oneConn(t, driver)
		must(t, c.Raw(func(conn any) error {
			conn.(*sqlite3.SQLiteConn).SetLimit(sqlite3.SQLITE_LIMIT_LENGTH, 100_000)
			return nil
		}))
		const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT "
		for _, big := range []string{numbers + "gen_rows(i, zeroblob(900)) FROM n", numbers + "gen_row(zeroblob(90000), zeroblob(i * 90)) FROM n ORDER BY i DESC LIMIT 1"} {
			for _, n := range []int{100, 113} {
				var got string
				err := c.QueryRowContext(t.Context(), big, n).Scan(&got)
				if n == 100 && (err != nil || len(got) < 90_000) || n == 113 && (err == nil || !strings.Contains(err.Error(), "too big")) {
					t.Errorf("%s: %s with %d: %d bytes, %v", driver, big, n, len(got), err)
				}
			}
		}
	}
}

// TestAStepThatFailsLeavesNothing: a statement that is given up in the middle of a group, by an error of another function, can be run again.
func TestAStepThatFailsLeavesNothing(t *testing.T) {
	for _, driver := range rowDrivers() {
		c := oneConn(t, driver)
		for i := range 100 {
			var got string
			err := c.QueryRowContext(t.Context(), "SELECT gen_rows(abs(a)) FROM (SELECT 1 a UNION ALL SELECT 2 UNION ALL SELECT ?)", int64(math.MinInt64+i%2)).Scan(&got)
			if (err == nil) != (i%2 == 1) || err == nil && len(got) != 3*head {
				t.Fatalf("%s: %d bytes, %v", driver, len(got), err)
			}
		}
	}
}

func rowText(t *testing.T, values ...any) string {
	t.Helper()
	row, err := gatherRow(values...)
	must(t, err)
	return row
}

func TestWhatIsNoRowIsAnError(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 16)
	reads := map[string]struct {
		read func(r *rowReader) any
		good []any // a value, and what is read of it
		bad  []any
	}{
		"integer": {func(r *rowReader) any { return r.integer() }, []any{int64(-5), int64(-5)}, []any{"5", []byte("5"), 5.0, []byte(nil)}},
		"int":     {func(r *rowReader) any { return r.int() }, []any{int64(-5), -5}, []any{"5", 5.5}},
		"outcome": {func(r *rowReader) any { return r.outcome() }, []any{int64(3), hardneg.Failed}, []any{int64(-1), int64(256), "1"}},
		"real":    {func(r *rowReader) any { return r.real() }, []any{.5, .5, int64(2), 2.0, []byte(nil), 0.0}, []any{"x", []byte{1}}},
		"text":    {func(r *rowReader) any { return r.text() }, []any{"a\x00b", "a\x00b", "", "", []byte("c"), "c"}, []any{int64(1), 1.5, []byte(nil)}},
		"key":     {func(r *rowReader) any { return r.key() }, []any{key, hardneg.Key(key)}, []any{key[1:], string(key), []byte(nil), []byte{}, int64(1)}},
		"call": {func(r *rowReader) any { return r.call() }, []any{key, hardneg.Key(key), string(key), hardneg.Key(key), []byte(nil), hardneg.Key{}, key[1:], hardneg.Key{}},
			[]any{int64(1), 1.5}},
	}
	for name, x := range reads {
		for i := 0; i < len(x.good); i += 2 {
			row := rowText(t, x.good[i])
			r := rowReader{rest: row}
			if got := x.read(&r); got != x.good[i+1] || r.err != nil || r.more() {
				t.Errorf("%s of %#v is %#v, %v", name, x.good[i], got, r.err)
			}
			for n := range len(row) {
				r := rowReader{rest: row[:n]}
				if x.read(&r); r.err == nil || r.more() {
					t.Errorf("%s of %d of %d bytes is taken", name, n, len(row))
				}
			}
		}
		for _, v := range x.bad {
			r := rowReader{rest: rowText(t, v, int64(1))}
			x.read(&r)
			if r.err == nil || r.more() {
				t.Errorf("%#v is taken for %s", v, name)
			}
			was := r.err
			if x.read(&r); r.err != was {
				t.Errorf("the first error is forgotten")
			}
		}
	}
	for _, s := range []string{"\x00", "\x06", "\xff12345678", "\x03\xff\xff\xff\xff\xff\xff\xff\xff", "\x03\x00\x00\x00\x00\x00\x00\x00\x80x"} {
		r := rowReader{rest: s}
		if r.text(); r.err == nil {
			t.Errorf("%q is taken for a row", s)
		}
	}
	if _, err := gatherRow(true); err == nil {
		t.Error("a truth value is packed")
	}
}
