package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hardneg/internal/mockllm"
)

// TestMain lets the test binary stand in for the program, so that tests drive the real main in a process of its own, with the
// race detector on.
func TestMain(m *testing.M) {
	if os.Getenv("AS_GEN") != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// lab is a folder with a config and a corpus, and a mock server.
type lab struct {
	t      *testing.T
	dir    string
	server *mockllm.Server
	env    []string
}

type result struct {
	code     int
	out, err string
}

// labConfig has three models on one mock server.
const labConfig = `run: {dir: run, seed: 7}
corpus: {path: [corpus.jsonl]}
models:
  writer: {provider: openai, model: w, base_url: "%[1]s/v1", api_key: "", concurrency: 4, temperature: 0.7, patience: 3s, timeout: 20s, price: {input: 1, output: 2}}
  small: {provider: openai, model: s, base_url: "%[1]s/v1", api_key: "", concurrency: 4, patience: 3s, timeout: 20s}
  large: {provider: openai, model: l, base_url: "%[1]s/v1", api_key: "", concurrency: 2, patience: 3s, timeout: 20s}
generate:
  queries: {model: writer, per_passage: 2}
  negatives: [{strategy: query-only, model: writer, count: 3}]
judge:
  cascade: [{model: small, slate: 2, forward_at: 1}, {model: large, slate: 2}]
export: {formats: [jsonl]}
`

func newLab(t *testing.T, passages int, cfg mockllm.Config) *lab {
	t.Helper()
	l := &lab{t: t, dir: t.TempDir(), server: mockllm.New(cfg)}
	t.Cleanup(l.server.Close)
	l.write("config.yaml", fmt.Sprintf(labConfig, l.server.URL))
	l.write("corpus.jsonl", labCorpus(passages))
	return l
}

// labCorpus are passages that differ in every sentence.
func labCorpus(n int) string {
	topics := []string{"granite quarries", "tidal harbours", "honey bees", "mountain railways", "sourdough starters", "copper kettles", "river locks"}
	var b strings.Builder
	for i := range n {
		topic := topics[i%len(topics)]
		text := fmt.Sprintf("Record %d describes the %s of district %d. In the year %d the inspectors counted %d workers and %d tools there. "+
			"The head of the %s was called Warden%d, who kept ledger number %d for many seasons. Visitors came by the %s road because the %s gate was closed in winter.",
			i, topic, i*3+1, 1700+i, 40+i*2, 900+i*7, topic, i, 5000+i, []string{"north", "south", "east", "west"}[i%4], []string{"upper", "lower"}[i%2])
		line, _ := json.Marshal(map[string]string{"_id": fmt.Sprintf("p%05d", i), "title": fmt.Sprintf("District %d %s", i*3+1, topic), "text": text})
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}

func (l *lab) write(name, text string) {
	l.t.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, name), []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// command prepares a call of the program in the lab's folder.
func (l *lab) command(args ...string) *exec.Cmd {
	exe, err := os.Executable()
	if err != nil {
		l.t.Fatal(err)
	}
	c := exec.Command(exe, args...)
	c.Dir = l.dir
	// The race detector would let every process sleep for a second before it ends, in case a race is still to come.
	c.Env = append([]string{"AS_GEN=1", "GORACE=atexit_sleep_ms=10", "PATH=" + os.Getenv("PATH"), "HOME=" + l.dir, "TMPDIR=" + os.TempDir()}, l.env...)
	return c
}

func (l *lab) gen(args ...string) result {
	l.t.Helper()
	c := l.command(args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		l.t.Fatal(err)
	}
	return result{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

// must runs the program and wants an exit code.
func (l *lab) must(code int, args ...string) result {
	l.t.Helper()
	r := l.gen(args...)
	if r.code != code {
		l.t.Fatalf("gen %s: exit %d, want %d\nstdout:\n%s\nstderr:\n%s", strings.Join(args, " "), r.code, code, r.out, r.err)
	}
	return r
}

// status reads `gen status --json`.
func (l *lab) status() status {
	l.t.Helper()
	var s status
	r := l.must(0, "status", "--json")
	if err := json.Unmarshal([]byte(r.out), &s); err != nil {
		l.t.Fatalf("%v: %s", err, r.out)
	}
	for _, st := range s.Stages {
		if st.Planned != st.Done+st.Rejected+st.Failed+st.Pending || st.Pending < 0 {
			l.t.Errorf("stage %s does not add up: %+v", st.Stage, st)
		}
	}
	return s
}

// sums are the hashes of all files of an export, manifest and card included.
func (l *lab) sums(dir string) map[string]string {
	l.t.Helper()
	out := map[string]string{}
	root := filepath.Join(l.dir, dir)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		sum := sha256.Sum256(b)
		rel, _ := filepath.Rel(root, path)
		out[rel] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return out
}

// rows reads the rows of a jsonl export.
func (l *lab) rows(dir string) []row {
	l.t.Helper()
	var out []row
	for _, split := range []string{"train", "validation", "test"} {
		b, err := os.ReadFile(filepath.Join(l.dir, dir, "jsonl", "data", split+".jsonl"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			l.t.Fatal(err)
		}
		for line := range bytes.Lines(b) {
			var r row
			if err := json.Unmarshal(line, &r); err != nil {
				l.t.Fatal(err)
			}
			r.split = split
			out = append(out, r)
		}
	}
	return out
}

type row struct {
	QueryID   string    `json:"query_id"`
	Query     string    `json:"query"`
	PassageID string    `json:"passage_id"`
	Positives []labText `json:"positives"`
	Negatives []labText `json:"negatives"`
	Hard      []labText `json:"hard_queries"`
	Spares    []labText `json:"spares"`
	split     string
}

type labText struct {
	DocID    string   `json:"docid"`
	Title    string   `json:"title"`
	Text     string   `json:"text"`
	Source   string   `json:"source"`
	Strategy string   `json:"strategy"`
	Model    string   `json:"model"`
	Grade    *int     `json:"grade"`
	Score    *float64 `json:"score"`
	Weight   *float64 `json:"weight"`

	Similarity *float64 `json:"similarity"`
}

// waitFor waits for a condition.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}

func kill(t *testing.T, c *exec.Cmd, sig syscall.Signal) {
	t.Helper()
	if err := c.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}
