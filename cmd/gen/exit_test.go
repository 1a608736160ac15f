package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

func TestUsageAndConfigErrorsExit2(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"an unknown command":               {"fly"},
		"an unknown flag":                  {"run", "--fast"},
		"an argument too many":             {"run", "now"},
		"an unknown stage":                 {"run", "--stage", "retrieve"},
		"a bad shard":                      {"run", "--shard", "4/4"},
		"a shard with rubbish":             {"run", "--shard", "1/4x"},
		"an unknown key":                   {"run", "--set", "models.writer.base_urll=x"},
		"a wrong type":                     {"run", "--set", "models.writer.concurrency=many"},
		"a literal key":                    {"run", "--set", "models.writer.api_key=sk-1234567890abcdef"},
		"a missing config":                 {"run", "--config", "nowhere.yaml"},
		"an unknown format":                {"export", "--format", "xml", "--out", "x"},
		"export without a place":           {"export", "--format", "hf"},
		"an unknown import format":         {"import", "--format", "pdf", "corpus.jsonl"},
		"why of nothing":                   {"why", "nothing"},
		"an unknown prompt":                {"prompt", "show", "nothing"},
		"a role that is not there":         {"run", "--set", "generate.queries.model=wrtier"},
		"retry of a stage that can't fail": {"retry", "--stage", "relabel"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, 2, mockllm.Config{})
			r := l.must(2, args...)
			if r.out != "" || !strings.HasPrefix(r.err, "gen: ") {
				t.Errorf("stdout %q, stderr %q", r.out, r.err)
			}
			if l.server.Count() > 0 {
				t.Error("calls were made")
			}
		})
	}
}

func TestCommandsWithoutARunExit2AndSayWhatToDo(t *testing.T) {
	t.Parallel()
	l := newLab(t, 2, mockllm.Config{})
	for _, args := range [][]string{{"status"}, {"export", "--format", "hf", "--out", "x"}, {"why", "p00001"}, {"retry"}, {"check"}, {"check", "nowhere"}} {
		if r := l.must(2, args...); !strings.Contains(r.err, "hint:") {
			t.Errorf("%v: no hint: %s", args, r.err)
		}
	}
	if _, err := os.Stat(filepath.Join(l.dir, "run")); err == nil {
		t.Error("a command that only reads made a run")
	}
}

func TestBadInputExits3AndImportsNothingOfTheFile(t *testing.T) {
	t.Parallel()
	for name, corpus := range map[string]string{
		"malformed":      labCorpus(5) + "{\"_id\": \"x\", \"text\": \n",
		"missing text":   labCorpus(5) + "{\"_id\": \"x\"}\n",
		"invalid UTF-8":  labCorpus(5) + "{\"_id\": \"x\", \"text\": \"\xff\xfe\xfa\"}\n",
		"empty":          "",
		"conflicting id": labCorpus(5) + "{\"_id\": \"p00001\", \"text\": \"another text\"}\n",
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, 2, mockllm.Config{})
			l.write("corpus.jsonl", corpus)
			r := l.must(3, "run")
			if !strings.Contains(r.err, "corpus.jsonl") {
				t.Errorf("the file is not named: %s", r.err)
			}
			if name != "empty" && !strings.Contains(r.err, "corpus.jsonl:6") {
				t.Errorf("the line is not named: %s", r.err)
			}
			l.write("corpus.jsonl", labCorpus(2))
			l.must(0, "run")
			if s := l.status(); s.stage("queries").Planned != 4 {
				t.Errorf("something of the refused file was kept: %+v", s.Stages)
			}
		})
	}
}

func TestBadLinesWithinToleranceAreLeftOutAndNamed(t *testing.T) {
	t.Parallel()
	l := newLab(t, 2, mockllm.Config{})
	l.write("corpus.jsonl", labCorpus(9)+"{\"_id\": \"x\"}\n")
	r := l.must(0, "run", "--set", "corpus.tolerance=0.2")
	if !strings.Contains(r.err, "corpus.jsonl:10") || !strings.Contains(r.err, "1 bad lines") {
		t.Errorf("stderr: %s", r.err)
	}
}

func TestUnreadableRepliesFailAndRetryAsksAnew(t *testing.T) {
	t.Parallel()
	var mend atomic.Bool
	l := newLab(t, 6, mockllm.Config{Fault: func(_ int, r mockllm.Recorded) *mockllm.Fault {
		if r.Model == "s" && !mend.Load() {
			return &mockllm.Fault{Body: `{"id":"x","object":"chat.completion","model":"s","choices":[{"index":0,"finish_reason":"stop",` +
				`"message":{"role":"assistant","content":"I think passage A deserves a 3."}}],"usage":{"prompt_tokens":9,"completion_tokens":9}}`}
		}
		return nil
	}})
	r := l.must(4, "run", "--set", "judge.positives=false", "--set", "judge.cascade=[{model: small, slate: 8}]")
	if !strings.Contains(r.err, "items failed") {
		t.Errorf("stderr: %s", r.err)
	}
	set := []string{"--set", "judge.positives=false", "--set", "judge.cascade=[{model: small, slate: 8}]"}
	s := l.status()
	j := s.stage("judge")
	if j.Done != 0 || j.Failed != j.Planned || j.Failed == 0 {
		t.Errorf("unreadable verdicts must be failed, every one: %+v", j)
	}
	asked := l.server.CountByModel()["s"]
	if queries := int(s.stage("queries").Done); asked != 2*queries {
		t.Errorf("%d requests for %d slates: each is asked twice", asked, queries)
	}
	l.must(4, append([]string{"run"}, set...)...)
	if l.server.CountByModel()["s"] != asked {
		t.Error("a later run asked again")
	}
	mend.Store(true)
	l.must(0, append([]string{"retry"}, set...)...)
	l.must(0, "check")
	l.must(0, append([]string{"run"}, set...)...)
	if j := l.status().stage("judge"); j.Failed != 0 || j.Done != j.Planned {
		t.Errorf("after the retry: %+v", j)
	}
	for hash, n := range l.server.CountByHash() {
		if n > 1 {
			t.Errorf("request %s was sent %d times: a retry of an unreadable reply is a new request", hash, n)
		}
	}
	l.must(0, "check")
}

func TestNoRowExits4(t *testing.T) {
	t.Parallel()
	l := newLab(t, 4, mockllm.Config{Grades: func(_, query, text string) string { return "3" }})
	r := l.must(4, "run")
	if _, err := os.Stat(filepath.Join(l.dir, "run/export/jsonl")); err == nil {
		t.Error("an export without a row was written")
	}
	if !strings.Contains(r.err, "no file of it was written") {
		t.Errorf("stderr: %s", r.err)
	}
}

func TestAnUnusableProviderExits5AfterFewCalls(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]mockllm.Fault{
		"a refused key":    {Status: 401, Body: `{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}`},
		"no quota":         {Status: 429, Body: `{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}`},
		"an unknown model": {Status: 404, Body: `{"error":{"message":"The model w does not exist","code":"model_not_found"}}`},
		"a redirect":       {Status: 307, Headers: map[string]string{"Location": "http://127.0.0.1:1/"}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, 30, mockllm.Config{Fault: func(int, mockllm.Recorded) *mockllm.Fault { return &f }})
			r := l.must(5, "run")
			if n := l.server.Count(); n > summedConcurrency {
				t.Errorf("%d calls before it stopped", n)
			}
			if s := l.status(); s.failed() > 0 {
				t.Errorf("%d items were charged for it", s.failed())
			}
			if !strings.Contains(r.err, "kept in run") {
				t.Errorf("stderr: %s", r.err)
			}
		})
	}
}

func TestAnEndpointThatIsDownIsWaitedForAndThenExits5(t *testing.T) {
	l := newLab(t, 4, mockllm.Config{})
	l.server.Close()
	r := l.must(5, "run", "--set", "models.writer.patience=1500ms")
	if s := l.status(); s.failed() > 0 || s.stage("queries").Pending != 8 {
		t.Errorf("items were charged: %+v", s.Stages)
	}
	if !strings.Contains(r.err, "waiting for it") {
		t.Errorf("nothing was said at once: %s", r.err)
	}
}

func TestStorageTroubleExits6(t *testing.T) {
	t.Parallel()
	l := newLab(t, 4, mockllm.Config{})
	l.must(0, "run")
	db := filepath.Join(l.dir, "run", "run.db")
	b, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096 * 3; i < len(b)-200; i += 4096 {
		copy(b[i+8:], strings.Repeat("\xde\xad", 40))
	}
	if err := os.WriteFile(db, b, 0o600); err != nil {
		t.Fatal(err)
	}
	l.must(6, "check")
	l.write("run/run.db", "this is no database at all, and long enough to be read as one, or so it seems to be, at least at first")
	l.must(6, "run")
	l.must(6, "status")
}

func TestASecondRunExits7AndNamesTheOwner(t *testing.T) {
	t.Parallel()
	l := newLab(t, 10, mockllm.Config{Latency: 300 * time.Millisecond})
	c := l.command("run")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "a call", func() bool { return l.server.InFlight() > 0 })
	r := l.must(7, "run")
	if !strings.Contains(r.err, "process") {
		t.Errorf("the owner is not named: %s", r.err)
	}
	l.must(7, "import", "corpus.jsonl")
	if s := l.status(); s.State != "running" || s.Owner == nil || s.Owner.PID != c.Process.Pid {
		t.Errorf("status: %+v", s)
	}
	kill(t, c, syscall.SIGKILL)
	_ = c.Wait()
	l.must(0, "run")
}

func TestBudgetsStopCleanlyAndHoldAcrossRestarts(t *testing.T) {
	t.Parallel()
	for _, set := range []string{"run.budget.calls=15", "run.budget.tokens=30000", "run.budget.usd=0.02"} {
		t.Run(set, func(t *testing.T) {
			l := newLab(t, 30, mockllm.Config{})
			r := l.must(8, "run", "--set", set)
			if !strings.Contains(r.err, "run.budget") || !strings.Contains(r.err, "go on with") {
				t.Errorf("stderr: %s", r.err)
			}
			sent := l.server.Count()
			if strings.Contains(set, "calls") && sent != 15 {
				t.Errorf("%d calls", sent)
			}
			l.must(8, "run", "--set", set)
			if again := l.server.Count() - sent; again > 0 && strings.Contains(set, "calls") {
				t.Errorf("%d calls after the budget was reached", again)
			}
			if s := l.status(); s.Cost > 0.02 && strings.Contains(set, "usd") {
				t.Errorf("$%f were spent of $0.02", s.Cost)
			}
			l.must(0, "run")
		})
	}
}

func TestTheWallBudgetStopsCleanly(t *testing.T) {
	t.Parallel()
	l := newLab(t, 60, mockllm.Config{Latency: 200 * time.Millisecond})
	l.must(8, "run", "--set", "run.budget.wall=1s")
	l.must(8, "run", "--set", "run.budget.wall=1s")
	l.must(0, "check")
}
