package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func openLog(t *testing.T, path, more string) *sql.Conn {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&"+more)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	conn, err := db.Conn(t.Context())
	must(t, err)
	t.Cleanup(func() { must(t, conn.Close()) })
	return conn
}

func does(t *testing.T, c *sql.Conn, statement string, args ...any) {
	t.Helper()
	if _, err := c.ExecContext(context.Background(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// TestACommitIsWrittenInOnePiece counts the kernel's calls for a commit of two hundred pages.
func TestACommitIsWrittenInOnePiece(t *testing.T) {
	writes := func(more string) (n int) {
		c := openLog(t, filepath.Join(t.TempDir(), "x.db"), more)
		does(t, c, "CREATE TABLE t (v)")
		does(t, c, "BEGIN")
		for range 200 {
			does(t, c, "INSERT INTO t VALUES (zeroblob(4000))")
		}
		before := written(t)
		does(t, c, "COMMIT")
		return written(t) - before
	}
	if ours, plain := writes("vfs="+walVFS()), writes(""); ours > 40 || plain < 400 {
		t.Errorf("%d calls of the kernel, %d with the default VFS", ours, plain)
	}
}

// written is how often the process has called the kernel to write.
func written(t *testing.T) (n int) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/io")
	must(t, err)
	_, after, _ := strings.Cut(string(text), "syscw: ")
	_, err = fmt.Sscan(after, &n)
	must(t, err)
	return n
}

// TestALogThatOthersWriteToo: two connections with our VFS and one with SQLite's own write to one file in turn, commit and roll back,
// some of it more than their caches hold; each always sees what was committed, and the file is sound.
func TestALogThatOthersWriteToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	vfs := "vfs=" + walVFS()
	conns := []*sql.Conn{openLog(t, path, vfs), openLog(t, path, vfs), openLog(t, path, ""), openLog(t, path, "mode=ro&_query_only=1")}
	does(t, conns[0], "CREATE TABLE t (id INTEGER PRIMARY KEY, k INT, v BLOB)")
	does(t, conns[0], "CREATE INDEX k ON t (k)")
	draw := rand.New(rand.NewPCG(1, 2))
	for _, c := range conns {
		does(t, c, "PRAGMA cache_size = 12")
		does(t, c, "PRAGMA wal_autocheckpoint = 100")
	}
	rows, sum := 0, 0
	for i := range 400 {
		c := conns[draw.IntN(3)]
		does(t, c, "BEGIN IMMEDIATE")
		n, s := 0, 0
		for range draw.IntN(60) {
			k := draw.IntN(1 << 30)
			does(t, c, "INSERT INTO t (k, v) VALUES (?, randomblob(?))", k, draw.IntN(9000))
			n, s = n+1, s+k
		}
		if draw.IntN(3) == 0 {
			does(t, c, "ROLLBACK")
		} else {
			does(t, c, "COMMIT")
			rows, sum = rows+n, sum+s
		}
		var gotRows, gotSum int
		must(t, conns[draw.IntN(4)].QueryRowContext(t.Context(), "SELECT count(*), coalesce(sum(k), 0) FROM t").Scan(&gotRows, &gotSum))
		if gotRows != rows || gotSum != sum {
			t.Fatalf("after transaction %d there are %d rows with sum %d, want %d and %d", i, gotRows, gotSum, rows, sum)
		}
	}
	for _, c := range conns {
		var verdict string
		must(t, c.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict))
		if verdict != "ok" {
			t.Errorf("the file: %s", verdict)
		}
	}
}
