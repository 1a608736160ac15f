package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// textsOfRow is how many texts a row of the set has beside its query: one positive and eight negatives.
const textsOfRow = 9

// wantedRows is how many rows a second an import is to bring in, and importMemory how many MB it may take.
const (
	wantedRows   = 3000
	importMemory = 300
)

// importing imports a training set of one query and nine passages a row, and compares its rate with that of a bare loop that reads the
// same lines and inserts their texts: the loop checks nothing, and has no index but that of its rows.
func (b *bench) importing(rows int) {
	path := filepath.Join(b.dir, "set.jsonl")
	check(b.writeSet(path, rows))
	size, err := os.Stat(path)
	check(err)
	bare := b.bareImport(path, max(1, rows/10))
	config := b.config("import", "http://127.0.0.1:1", "", "concurrency: 1")
	cmd := exec.Command(b.gen, "import", path, "--config", config, "--set", "corpus.path=[]")
	cmd.Stderr = os.Stderr
	start := time.Now()
	check(cmd.Start())
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }() // its memory is read meanwhile; it ends with the command
	most := 0
	for running := true; running; {
		select {
		case err := <-done:
			check(err)
			running = false
		case <-time.After(100 * time.Millisecond):
			most = max(most, peakRSS(cmd.Process.Pid))
		}
	}
	wall := time.Since(start)
	rate := float64(rows) / wall.Seconds()
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	fmt.Printf("  %d rows of one query and %d passages, %d MB, %s: %.0f rows/s (%d are wanted), %.0f texts/s, %.0f µs CPU a row, at most %d MB resident (%d are allowed)\n",
		rows, textsOfRow, size.Size()>>20, wall.Round(time.Second), rate, wantedRows, rate*textsOfRow, cpu.Seconds()/float64(rows)*1e6, most>>10, importMemory)
	fmt.Printf("  rows/s / bare loop of read and insert (%.0f rows/s): %.2f\n", bare, rate/bare)
	check(os.RemoveAll(filepath.Join(b.dir, "import")))
	check(os.Remove(path))
}

// writeSet writes rows of FlagEmbedding with texts of about 600 characters.
func (b *bench) writeSet(path string, rows int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	out := json.NewEncoder(w)
	draw := rand.New(rand.NewPCG(3, 4))
	var t bytes.Buffer
	text := func(i int) string {
		t.Reset()
		fmt.Fprintf(&t, "Text %d.", i)
		for t.Len() < 600 {
			t.WriteByte(' ')
			t.WriteString(sentence(draw))
		}
		return t.String()
	}
	for i := range rows {
		neg := make([]string, textsOfRow-1)
		for k := range neg {
			neg[k] = text(i*textsOfRow + k + 1)
		}
		err := out.Encode(map[string]any{"query": fmt.Sprintf("what is said of %s in record %d", sentence(draw), i), "pos": []string{text(i * textsOfRow)}, "neg": neg})
		if err != nil {
			return err
		}
	}
	return w.Flush()
}

// bareImport reads some rows and inserts their texts, 500 rows a transaction that is on disk when it ends, and returns its rows/s.
func (b *bench) bareImport(path string, rows int) float64 {
	in, err := os.Open(path)
	check(err)
	defer in.Close()
	file := filepath.Join(b.dir, "bare.db")
	defer os.Remove(file)
	db, err := sql.Open("sqlite3", "file:"+file+"?_journal_mode=WAL&_synchronous=FULL")
	check(err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.Exec("CREATE TABLE texts (id INTEGER PRIMARY KEY, query TEXT, text TEXT)")
	check(err)
	start := time.Now()
	lines := json.NewDecoder(bufio.NewReaderSize(in, 1<<20))
	for n := 0; n < rows; {
		tx, err := db.Begin()
		check(err)
		insert, err := tx.Prepare("INSERT INTO texts (query, text) VALUES (?, ?)")
		check(err)
		for i := 0; i < 500 && n < rows; i++ {
			var row struct {
				Query    string
				Pos, Neg []string
			}
			if err := lines.Decode(&row); err == io.EOF {
				rows = n
				break
			} else {
				check(err)
			}
			for _, text := range append(row.Pos, row.Neg...) {
				_, err := insert.Exec(row.Query, text)
				check(err)
			}
			n++
		}
		check(tx.Commit())
	}
	return float64(rows) / time.Since(start).Seconds()
}
