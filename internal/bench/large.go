package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

// memory runs many passages and reads the most memory that the process ever had.
func (b *bench) memory(passages int) {
	s := b.startMock("-latency", "20ms", "-precompute", "off")
	defer s.stop()
	config := b.config("memory", s.url, b.corpus(passages), fmt.Sprintf("concurrency: %d", inFlight))
	args := []string{"run", "--config", config}
	for _, stage := range []string{"queries", "verify", "negatives", "judge", "relabel"} {
		args = append(args, "--stage", stage)
	}
	cmd := exec.Command(b.gen, args...)
	check(cmd.Start())
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }() // its memory is read meanwhile; it ends with the command
	most := 0
	start := time.Now()
	for running := true; running; {
		select {
		case err := <-done:
			check(err)
			running = false
		case <-time.After(100 * time.Millisecond):
			most = max(most, peakRSS(cmd.Process.Pid))
		}
	}
	fmt.Printf("  %d passages, %d calls, %d in flight, %s: at most %d MB resident (256 are allowed)\n", passages, s.count(), inFlight,
		time.Since(start).Round(time.Second), most>>10)
	check(os.RemoveAll(filepath.Join(b.dir, "memory")))
}

// peakRSS is the high-water mark of a process's resident memory in kB.
func peakRSS(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			n, _ := strconv.Atoi(f[1])
			return n
		}
	}
	return 0
}

// baseRun is the size of the real run that is copied until it is huge.
const baseRun = 500

// resume makes a finished run of many passages out of a finished run of few, by copying its rows (all but the calls, which
// neither resume nor status reads), and measures what finding that nothing is to be done takes.
func (b *bench) resume(passages int) {
	s := b.startMock("-precompute", "off")
	defer s.stop()
	config := b.config("resume", s.url, b.corpus(baseRun), fmt.Sprintf("concurrency: %d", inFlight))
	run := func(args ...string) time.Duration {
		start := time.Now()
		if out, err := exec.Command(b.gen, append(args, "--config", config)...).CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v: %v\n%s", args, err, out))
		}
		return time.Since(start)
	}
	run("run")
	check(multiply(filepath.Join(b.dir, "resume", "run.db"), passages/baseRun))
	calls := s.count()
	first := run("run", "--stage", "queries", "--stage", "verify", "--stage", "negatives", "--stage", "judge", "--stage", "relabel")
	again := run("run", "--stage", "queries", "--stage", "verify", "--stage", "negatives", "--stage", "judge", "--stage", "relabel")
	status, plan := run("status"), run("plan")
	other := run("plan", "--set", "generate.queries.per_passage=2")
	fmt.Printf("  finished run of %d passages: resume %.2f s (cold), %.2f s (again; 5 are allowed), %d calls; status %.2f s (1 is allowed); "+
		"plan %.2f s, of another config %.2f s\n", passages, first.Seconds(), again.Seconds(), s.count()-calls, status.Seconds(), plan.Seconds(), other.Seconds())
}

// multiply copies every item of a run, with ids moved up. The sums of the copies are those of the originals: only `gen check` reads them.
func multiply(path string, times int) error {
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=OFF&_foreign_keys=0")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	statements := []string{
		"CREATE TEMP TABLE k AS WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < " + strconv.Itoa(times-1) + ") SELECT k FROM n",
		"CREATE TEMP TABLE top AS SELECT (SELECT max(id) FROM passages) p, (SELECT max(id) FROM queries) q, (SELECT max(id) FROM candidates) c, (SELECT max(id) FROM tasks) t",
		"INSERT INTO passages SELECT id + k*p, key || '-' || k, title, text, import, line, own, sum FROM k, top, main.passages",
		"INSERT INTO queries SELECT id + k*q, recipe, passage + k*p, sample, CAST(substr(key, 1, 8) || randomblob(8) AS BLOB), text, norm + k, outcome, reason, origin, call, given, import, sum, tags FROM k, top, main.queries",
		"INSERT INTO candidates SELECT id + k*c, recipe, query + k*q, strategy, slot, CAST(substr(key, 1, 8) || randomblob(8) AS BLOB), docid, title, text, source, breaks, was, outcome, reason, origin, call, import, sum FROM k, top, main.candidates",
		"INSERT INTO verdicts SELECT query + k*q, recipe, candidate + (candidate > 0)*k*c, step, state, score, failure, origin, call, sum FROM k, top, main.verdicts",
		"INSERT INTO decisions SELECT query + k*q, recipe, candidate + k*c, label, why FROM k, top, main.decisions",
		"INSERT INTO tasks SELECT t.id + k*t, recipe, input + k*(CASE (SELECT stage FROM recipes r WHERE r.id = recipe) WHEN 'queries' THEN p ELSE q END), outcome, reason FROM k, top, main.tasks t",
		"UPDATE counts SET n = n * " + strconv.Itoa(times),
		"UPDATE totals SET n = n * " + strconv.Itoa(times),
		"PRAGMA wal_checkpoint(TRUNCATE)",
	}
	for _, q := range statements {
		if _, err := db.ExecContext(context.Background(), q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}
