package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// engine does what an engine that reads request files does, by asking the mock server.
func (l *lab) engine(in, out string) {
	l.t.Helper()
	var b strings.Builder
	for line := range strings.Lines(l.read(in)) {
		var q struct {
			ID   string          `json:"custom_id"`
			URL  string          `json:"url"`
			Body json.RawMessage `json:"body"`
		}
		if err := json.Unmarshal([]byte(line), &q); err != nil {
			l.t.Fatal(err)
		}
		resp, err := http.Post(l.server.URL+q.URL, "application/json", strings.NewReader(string(q.Body)))
		if err != nil {
			l.t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			l.t.Fatal(err)
		}
		fmt.Fprintf(&b, `{"id":"vllm-1","custom_id":%q,"response":{"status_code":%d,"request_id":"vllm-batch-1","body":%s},"error":null}`+"\n", q.ID, resp.StatusCode, body)
	}
	l.write(out, b.String())
}

// A run that only exchanges files gives the export of a live one. Models are in mode live.
func TestARunByFilesGivesTheExportOfALiveRun(t *testing.T) {
	t.Parallel()
	want := live(t, 8)
	l := newLab(t, 8, mockllm.Config{})
	waves := 0
	for ; waves < 20; waves++ {
		dir := fmt.Sprint("wave", waves)
		before := l.server.Count()
		r := l.must(0, "batch", "write", "--out", dir)
		if l.server.Count() != before {
			t.Fatal("writing files made a call")
		}
		if strings.Contains(r.out, "nothing to ask") {
			break
		}
		files := l.names(dir + "/*.jsonl")
		args := []string{"batch", "read"}
		for i, f := range files {
			name := fmt.Sprintf("%s.%d.out", dir, i)
			l.engine(f, name)
			args = append(args, name)
		}
		l.must(0, args...)
		calls := l.status().Calls
		if r := l.must(0, args...); !strings.Contains(r.out, ": 0 answers") {
			t.Errorf("read again: %s", r.out)
		}
		if again := l.status().Calls; again != calls {
			t.Errorf("reading again changed the calls: %+v, %+v", calls, again)
		}
	}
	if waves < 4 || waves == 20 {
		t.Fatalf("%d waves", waves)
	}
	sent := l.server.Count()
	l.must(0, "run")
	if now := l.server.Count(); now != sent {
		t.Errorf("%d calls were made for what files had answered", now-sent)
	}
	if got := l.sums("run/export"); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Error("another export")
	}
	if s := l.status(); s.Calls.OK+s.Calls.Failed != int64(sent) {
		t.Errorf("%d calls are counted, the engine answered %d", s.Calls.OK+s.Calls.Failed, sent)
	}
	l.must(0, "check")
}

func TestReadingResultsThatAreNotInOrder(t *testing.T) {
	t.Parallel()
	l := newLab(t, 6, mockllm.Config{})
	l.must(0, "batch", "write", "--out", "w", "--stage", "queries")
	files := l.names("w/*")
	if len(files) != 1 || filepath.Base(files[0]) != "writer-00001.jsonl" {
		t.Fatalf("files %v", files)
	}
	if lines := strings.Count(l.read(files[0]), "\n"); lines != 12 {
		t.Fatalf("%d requests", lines)
	}
	if r := l.must(2, "batch", "write", "--out", "w"); !strings.Contains(r.err, "request files already") {
		t.Errorf("%s", r.err)
	}
	l.engine(files[0], "sound.out")
	lines := slices.Collect(strings.Lines(l.read(filepath.Join(l.dir, "sound.out"))))
	slices.Reverse(lines)
	lines[2] = strings.Replace(lines[2], `"status_code":200`, `"status_code":500`, 1)
	lines[3] = `{"id":"v","custom_id":"` + strings.Split(lines[3], `"custom_id":"`)[1][:32] + `","response":null,"error":{"message":"engine died"}}` + "\n"
	again := strings.Replace(lines[0], `"content":"`, `"content":"not this `, 1)
	lines = append(lines[1:], lines[0], again, "no line\n", `{"custom_id":"00112233445566778899aabbccddeeff","response":{"status_code":200,"body":{}}}`+"\n", lines[5][:40])
	l.write("strange.out", strings.Join(lines, ""))
	r := l.must(0, "batch", "read", "strange.out")
	if !strings.Contains(r.out, "10 answers, 2 failed, 1 answered before, 1 for no request of this run, 2 unreadable") {
		t.Errorf("%s", r.out)
	}
	l.must(0, "batch", "write", "--out", "w2", "--stage", "queries")
	if n := strings.Count(l.read(l.names("w2/*")[0]), "\n"); n != 2 {
		t.Errorf("%d requests are written again, 2 have no answer", n)
	}
	l.must(0, "run")
	if got := l.sums("run/export"); fmt.Sprint(got) != fmt.Sprint(live(t, 6)) {
		t.Error("another export")
	}
	l.must(0, "check")
}

func TestReadRefusesWhatIsNoFileOfResults(t *testing.T) {
	t.Parallel()
	l := newLab(t, 2, mockllm.Config{})
	l.must(3, "batch", "read", "none.out")
	l.write("a.out", "{}\nx\n")
	l.must(2, "batch", "read", "a.out") // no run there
	l.must(0, "batch", "write", "--out", "w")
	l.must(3, "batch", "read", "a.out")
	l.must(3, "batch", "read", "w/writer-00001.jsonl")
	l.must(3, "batch", "read", ".")
	l.must(2, "batch", "read")
	l.must(2, "batch", "write")
}

func TestABatchRunInSteps(t *testing.T) {
	t.Parallel()
	want := live(t, 8)
	l := newBatchLab(t, 8, mockllm.Config{Batch: mockllm.BatchConfig{Looks: 2}})
	for range 30 {
		r := l.must(0, "batch", "submit")
		if strings.HasPrefix(r.out, "0 batches") {
			break
		}
		if again := l.must(0, "batch", "submit"); !strings.HasPrefix(again.out, "0 batches") {
			t.Fatalf("a second submit submitted again: %s", again.out)
		}
		if r := l.must(0, "batch", "collect"); !strings.HasPrefix(r.out, "0 batches") {
			t.Errorf("collected before it had ended: %s", r.out)
		}
		l.must(0, "batch", "collect", "--wait")
	}
	l.submittedOnce()
	l.must(0, "run")
	l.endsAs(want)
	if r := l.must(0, "batch", "status"); strings.Contains(r.out, "submitted") || !strings.Contains(r.out, "collected") {
		t.Errorf("%s", r.out)
	}
}

// names are the files that a pattern finds in the lab's folder.
func (l *lab) names(pattern string) []string {
	l.t.Helper()
	out, err := filepath.Glob(filepath.Join(l.dir, pattern))
	if err != nil {
		l.t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func (l *lab) read(path string) string {
	l.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		l.t.Fatal(err)
	}
	return string(b)
}
