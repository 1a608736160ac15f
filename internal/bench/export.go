package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"

	"hardneg/internal/readers"
	"hardneg/store"
)

// What an export is measured with, and what is allowed.
const (
	negativesEach = 5
	charsEach     = 700
	mostExportMB  = 400
)

var exportFormats = []string{"hf", "jsonl", "st-pair", "st-triplet", "st-ntuple", "st-ntuple-scores", "st-labeled-pair", "st-labeled-list",
	"flagembedding", "tevatron", "beir", "mteb"}

// export writes each format of a run of many queries, reads the most memory that the process ever had, and then lets DuckDB write the
// same rows from a table of its own: in Parquet with the same codec, or as JSON lines.
func (b *bench) export(queries int, formats []string) {
	engines, err := readers.Install()
	check(err)
	config, dir := b.exportStore(queries)
	fmt.Printf("  %d queries with %d negatives of %d characters; most MB allowed: %d; rates as part of DuckDB's, wanted: Parquet 0.5, JSON lines 1.0\n",
		queries, negativesEach, charsEach, mostExportMB)
	for _, f := range formats {
		out := filepath.Join(b.dir, "exports")
		wall, cpu, peak := watched(b.gen, "export", "--config", config, "--set", fmt.Sprint("export.negatives=", negativesEach), "--format", f, "--out", out)
		duck := duckDB(engines.Python, filepath.Join(out, f), b.dir)
		fmt.Printf("  %-17s %7.1f s (%.1f s CPU), %4d MB resident, %6d MB written, %6.0f queries/s; DuckDB %6.1f s (%.1f s CPU): %.2f of its rate, by CPU %.2f\n",
			f, wall.Seconds(), cpu.Seconds(), peak>>10, duck.Bytes>>20, float64(queries)/wall.Seconds(), duck.Seconds, duck.CPU,
			duck.Seconds/wall.Seconds(), duck.CPU/cpu.Seconds())
		check(os.RemoveAll(out))
	}
	check(os.RemoveAll(dir))
}

// exportStore makes a finished run of so many queries: one query of a small run is copied, for a passage of its own each, which is
// imported, and with texts of its own.
func (b *bench) exportStore(queries int) (config, dir string) {
	s := b.startMock("-precompute", "off")
	defer s.stop()
	config = b.config("export", s.url, b.corpus(exportBase), fmt.Sprintf("concurrency: %d", inFlight))
	text, err := os.ReadFile(config)
	check(err)
	text = fmt.Appendf(text, "generate: {negatives: [{strategy: query-only, model: writer, count: %d}]}\n", negativesEach)
	check(os.WriteFile(config, text, 0o600))
	dir = filepath.Join(b.dir, "export")
	if out, err := exec.Command(b.gen, "run", "--config", config).CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, out))
	}
	start := time.Now()
	more := b.proseCorpus(queries)
	if out, err := exec.Command(b.gen, "import", "--config", config, more).CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, out))
	}
	check(os.Remove(more))
	check(spread(filepath.Join(dir, store.FileName), queries))
	fmt.Printf("  the run was made in %.0f s\n", time.Since(start).Seconds())
	return config, dir
}

// proseCorpus writes the passages of the copies.
func (b *bench) proseCorpus(n int) string {
	path := filepath.Join(b.dir, "prose.jsonl")
	f, err := os.Create(path)
	check(err)
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	out := json.NewEncoder(w)
	for k := range int64(n) {
		check(out.Encode(map[string]string{"_id": fmt.Sprintf("x%X", keyOf("p", k+1)), "title": "District 7, record 49", "text": prose((k+1)*16, charsEach)}))
	}
	check(w.Flush())
	return path
}

// exportBase is the passages of the small run.
const exportBase = 50

// watched runs a program and reads the most memory that it ever had, in kB.
func watched(name string, args ...string) (wall, cpu time.Duration, peak int) {
	var said bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	start := time.Now()
	check(cmd.Start())
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }() // its memory is read meanwhile; it ends with the command
	for {
		select {
		case err := <-done:
			if err != nil {
				panic(fmt.Sprintf("%v: %v\n%s", args, err, said.Bytes()))
			}
			return time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peak
		case <-time.After(20 * time.Millisecond):
			peak = max(peak, peakRSS(cmd.Process.Pid))
		}
	}
}

// written is what DuckDB took for the files of a format.
type written struct {
	Seconds, CPU float64
	Bytes        int64
}

// duckScript reads all files of a format into a database of DuckDB's own, which is not counted, and writes each table anew.
const duckScript = `
import duckdb, glob, json, os, sys, time
folder, scratch = sys.argv[1:3]
kinds = {".parquet": ("read_parquet('%s')", "(format parquet, compression zstd)"), ".jsonl": ("read_json('%s', format='newline_delimited')", "(format json)"),
         ".tsv": ("read_csv('%s', delim='\t')", "(format csv, delimiter '\t')")}
files = sorted(f for f in glob.glob(folder + "/**/*", recursive=True) if os.path.splitext(f)[1] in kinds)
base, out = os.path.join(scratch, "duck.db"), os.path.join(scratch, "duck.out")
db = duckdb.connect(base)
db.execute("set memory_limit = '6GB'; set enable_progress_bar = false")
seconds, cpu = 0, 0
for i, f in enumerate(files):
    source, how = kinds[os.path.splitext(f)[1]]
    db.execute(f"create table t{i} as from " + source % f)
    db.execute("checkpoint")
    start, before = time.monotonic(), time.process_time()
    db.execute(f"copy t{i} to '{out}' {how}")
    seconds, cpu = seconds + time.monotonic() - start, cpu + time.process_time() - before
    os.remove(out)
db.close()
os.remove(base)
print(json.dumps({"Seconds": seconds, "CPU": cpu, "Bytes": sum(os.path.getsize(f) for f in files)}))
`

func duckDB(python, folder, scratch string) (w written) {
	out, err := exec.Command(python, "-c", duckScript, folder, scratch).Output()
	if err != nil {
		var said []byte
		if exit, ok := err.(*exec.ExitError); ok {
			said = exit.Stderr
		}
		panic(fmt.Sprintf("DuckDB on %s: %v\n%s", folder, err, said))
	}
	check(json.Unmarshal(out, &w))
	return w
}

// prose is a text of some characters that is the same for the same seed and like no other. With every third word an odd one it is about
// as compressible as prose.
func prose(seed int64, chars int) string {
	var t strings.Builder
	x := uint64(seed)*0x9e3779b97f4a7c15 + 0x1234567
	for t.Len() < chars {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		if x>>48%3 == 0 {
			t.WriteString(strconv.FormatUint(x>>36, 36))
		}
		for n := x >> 40 & 1; n < 3; n++ {
			t.WriteString(syllables[x>>(8*n)%uint64(len(syllables))])
		}
		t.WriteByte(' ')
	}
	return t.String()[:chars-1] + "."
}

// keyOf is 16 bytes for a number, spread evenly, as the keys of a run are.
func keyOf(kind string, n int64) []byte {
	h := fnv.New128a()
	fmt.Fprint(h, kind, n)
	return h.Sum(nil)
}

func init() {
	sql.Register("sqlite3_prose", &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		if err := c.RegisterFunc("prose", prose, true); err != nil {
			return err
		}
		return c.RegisterFunc("key_of", keyOf, true)
	}})
}

// spread copies one query of a run that has a negative for each of the last so many passages. Each copy has texts and keys of its own and
// the same negative five times, in five slots. The sums of the copies are not theirs: only `gen check` reads them.
func spread(path string, queries int) error {
	db, err := sql.Open("sqlite3_prose", "file:"+path+"?_journal_mode=WAL&_synchronous=OFF&_foreign_keys=0&_cache_size=-200000")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, q := range spreading(queries) {
		if _, err := db.ExecContext(context.Background(), q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	var n int
	if err := db.QueryRow("SELECT count(*) FROM queries").Scan(&n); err != nil {
		return err
	}
	if n <= queries {
		return fmt.Errorf("the run has %d queries, %d more than it had were wanted", n, queries)
	}
	return nil
}

func spreading(queries int) []string {
	count := func(n int) string {
		return fmt.Sprintf("WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < %d) SELECT k FROM n", n)
	}
	return []string{
		"CREATE TEMP TABLE n AS " + count(queries),
		"CREATE TEMP TABLE slots AS SELECT k - 1 AS s FROM (" + count(negativesEach) + ")",
		"CREATE TEMP TABLE top AS SELECT (SELECT max(id) FROM passages) - (SELECT count(*) FROM n) p, (SELECT max(id) FROM queries) q, (SELECT max(id) FROM candidates) c, (SELECT max(id) FROM tasks) t",
		// the copied negative, its query and its passage
		"CREATE TEMP TABLE one AS SELECT c.id c, c.query q, q.passage p FROM candidates c JOIN queries q ON q.id = c.query " +
			"JOIN decisions d ON d.candidate = c.id AND d.label = 'negative' ORDER BY c.id LIMIT 1",
		"INSERT INTO queries SELECT top.q + k, recipe, top.p + k, sample, key_of('q', k), prose(k*16 + 1, 60), top.q + k, outcome, reason, origin, call, given, import, sum, tags " +
			"FROM n, top, one, main.queries o WHERE o.id = one.q",
		fmt.Sprintf("INSERT INTO candidates SELECT top.c + k*%d + s, recipe, top.q + k, strategy, s, key_of('c', k*%d + s), docid, title, prose(k*16 + 2 + s, %d), source, breaks, was, outcome, "+
			"reason, origin, call, import, sum FROM n, slots, top, one, main.candidates o WHERE o.id = one.c", negativesEach, negativesEach, charsEach),
		"INSERT INTO verdicts SELECT top.q + k, recipe, 0, step, state, score, failure, origin, call, sum FROM n, top, one, main.verdicts o WHERE o.query = one.q AND o.candidate = 0",
		fmt.Sprintf("INSERT INTO verdicts SELECT top.q + k, recipe, top.c + k*%d + s, step, state, score, failure, origin, call, sum "+
			"FROM n, slots, top, one, main.verdicts o WHERE o.query = one.q AND o.candidate = one.c", negativesEach),
		fmt.Sprintf("INSERT INTO decisions SELECT top.q + k, recipe, top.c + k*%d + s, label, why FROM n, slots, top, one, main.decisions o WHERE o.query = one.q AND o.candidate = one.c", negativesEach),
		"INSERT INTO tasks (recipe, input, outcome, reason) SELECT o.recipe, CASE r.stage WHEN 'queries' THEN top.p ELSE top.q END + k, o.outcome, o.reason " +
			"FROM n, top, one, main.tasks o JOIN recipes r ON r.id = o.recipe WHERE o.input = CASE r.stage WHEN 'queries' THEN one.p ELSE one.q END",
		// of each stage as many more are done as items were added; a stage's items are passages, queries or negatives
		fmt.Sprintf("UPDATE counts SET n = n + %d * (SELECT CASE stage WHEN 'queries' THEN 1 WHEN 'verify' THEN 1 ELSE %d END FROM recipes r WHERE r.id = recipe) "+
			"WHERE outcome = 1 AND reason IN ('', 'negative')", queries, negativesEach),
		"PRAGMA wal_checkpoint(TRUNCATE)",
	}
}
