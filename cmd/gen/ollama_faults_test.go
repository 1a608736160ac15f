package main

import (
	"bufio"
	"bytes"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"

	"hardneg/internal/ollamatest"
)

// A prompt that does not fit must not be cut silently: the judge would grade what it has not read. What is surely too long for the num_ctx
// of the config is not sent; where the server has less, Ollama's own API refuses it. Its other endpoint can't be told to, so that only a
// prompt of which much is lost can be noticed there.
func TestOllamaRefusesPromptsThatDoNotFit(t *testing.T) {
	t.Parallel()
	server := ollamatest.Start(t)
	server.Create("tiny:1", ollamatest.Model{}, "num_ctx 512")
	for name, c := range map[string]struct{ way, reason string }{
		"known":      {native + ", num_ctx: 512", "too_long"},
		"native":     {native + ", num_ctx: 2048", "context_length"},
		"compatible": {compatible, "prompt_truncated"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newOllamaLab(t, 0, server, strings.Replace(c.way, "timeout", "retries: 0, timeout", 1))
			l.write("corpus.jsonl", `{"_id":"p1","text":"`+strings.Repeat("The harbour of the district was closed in winter, as the ledger says. ", 80)+`"}`)
			l.edit("max_tokens: 700", "max_tokens: 100")
			s, r := l.settled()
			if got := s.failures(stageQueries); !maps.Equal(got, map[string]int64{c.reason: 2}) {
				t.Errorf("%v\n%s", got, r.out)
			}
		})
	}
}

func TestOllamaWithoutTheModelStopsTheRunAndSaysHowToGetIt(t *testing.T) {
	t.Parallel()
	server := ollamatest.Start(t)
	server.Create("other:1", ollamatest.Model{})
	for name, way := range bothWays {
		t.Run(name, func(t *testing.T) {
			l := newOllamaLab(t, 2, server, way)
			for command, pull := range map[string]string{"run": "gen doctor --pull", "doctor": "gen doctor --pull"} {
				r := l.must(exitProvider, command)
				if said := r.out + r.err; !strings.Contains(said, "tiny:1") || !strings.Contains(said, pull) {
					t.Errorf("gen %s: %s", command, said)
				}
			}
			if name == "native" {
				if r := l.gen("doctor"); !strings.Contains(r.out, "OLLAMA_HOST="+server.URL+" ollama pull tiny:1") || !strings.Contains(r.out, "other:1") {
					t.Errorf("%s", r.out)
				}
			}
		})
	}
}

// Cancelling a stream can block Ollama's only slot for good. Calls are not streamed, and this is why.
func TestOllamaAnswersAfterRunsThatQuitWithCallsOnTheirWay(t *testing.T) {
	t.Parallel()
	server := ollamatest.Start(t)
	server.Create("tiny:1", ollamatest.Model{})
	for name, way := range bothWays {
		t.Run(name, func(t *testing.T) {
			l := newOllamaLab(t, 8, server, way)
			before := cancelled(server)
			for range 10 {
				l.quitAtOnce(server)
			}
			waitFor(t, "cancelled calls in the log", func() bool { return cancelled(server) >= before+10 })
			if s, r := l.settled(); s.failed() > 0 {
				t.Errorf("%s%s", r.out, r.err)
			}
			l.must(exitOK, "check")
		})
	}
}

// quitAtOnce starts a run and stops it with two signals when the server has answered a call of it and is at the next ones.
func (l *lab) quitAtOnce(server *ollamatest.Server) {
	l.t.Helper()
	c := l.command("run")
	said, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		l.t.Fatal(err)
	}
	before := posts(server)
	waitFor(l.t, "an answer", func() bool { return posts(server) > before })
	_ = c.Process.Signal(syscall.SIGINT) // it may have ended
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if strings.Contains(lines.Text(), "no new calls") { // only now, because two signals at a time are one
			_ = c.Process.Signal(syscall.SIGINT)
		}
	}
	_ = c.Wait() // 130, or 0 if it was faster
}

// cancelled counts the calls that the server gave up; it logs them as its own errors.
func cancelled(s *ollamatest.Server) int {
	return strings.Count(s.Log(), "| 500 |") + strings.Count(s.Log(), "| 499 |")
}

func posts(s *ollamatest.Server) int { return strings.Count(s.Log(), "| POST") }

// A model that thinks ignores the schema unless it is told not to think. It is, in Ollama's own API.
func TestOllamaModelsThatThinkAreToldNotTo(t *testing.T) {
	t.Parallel()
	server := ollamatest.Start(t)
	server.Create("tiny:1", ollamatest.Model{Thinks: true})
	for name, way := range map[string]string{"native": native, "compatible": compatible + ", extra: {reasoning_effort: none}"} {
		t.Run(name, func(t *testing.T) {
			if s, r := newOllamaLab(t, 3, server, way).settled(); s.failed() > 0 {
				t.Errorf("%s", r.out)
			}
		})
	}
}

// Where it is not told so, its replies are no JSON. They fail, and nothing is made of them; the doctor says so beforehand.
func TestOllamaRepliesThatIgnoreTheSchemaAreNoLabels(t *testing.T) {
	t.Parallel()
	server := ollamatest.Start(t)
	server.Create("tiny:1", ollamatest.Model{Thinks: true})
	for name, way := range map[string]string{"native": native + ", think: true", "compatible": compatible} {
		t.Run(name, func(t *testing.T) {
			l := newOllamaLab(t, 3, server, way)
			if r := l.must(exitProvider, "doctor"); !strings.Contains(r.out, "not as the schema asks") || !strings.Contains(r.out, "reasoning_effort: none") {
				t.Errorf("%s", r.out)
			}
			s, r := l.settled()
			if q := s.stage(stageQueries); q.Failed != q.Planned {
				t.Errorf("%s", r.out)
			}
			for reason := range s.failures(stageQueries) {
				if !strings.HasPrefix(reason, "unreadable_") {
					t.Errorf("failed with %s", reason)
				}
			}
		})
	}
}

// A think block that ends is no trouble: the server applies the schema to what follows it.
func TestOllamaModelsThatThinkFirstKeepToTheSchema(t *testing.T) {
	t.Parallel()
	server := ollamatest.Start(t)
	server.Create("tiny:1", ollamatest.Model{Thinks: true, Reply: []string{"<think>", "so it is", "</think>", "the answer", " is three"}})
	for name, way := range map[string]string{"native": native + ", think: true", "compatible": compatible} {
		t.Run(name, func(t *testing.T) {
			s, r := newOllamaLab(t, 8, server, way).settled()
			if q := s.stage(stageQueries); s.failed() > 0 || q.Done == 0 {
				t.Errorf("%s", r.out)
			}
		})
	}
}

func TestOllamaModelsThatDoNotThinkCannotBeMadeTo(t *testing.T) {
	t.Parallel()
	server := ollamatest.Start(t)
	server.Create("tiny:1", ollamatest.Model{})
	r := newOllamaLab(t, 2, server, native+", think: true").must(exitProvider, "run")
	if !strings.Contains(r.err, "think: false") {
		t.Errorf("%s", r.err)
	}
}

// A judge that can't spell a verdict ends its runner when it is about to give it, and takes the calls beside it with it.
func TestOllamaRunnersThatDieFailItemsAndLabelNone(t *testing.T) {
	t.Parallel()
	server := ollamatest.Start(t)
	server.Create("tiny:1", ollamatest.Model{})
	server.Create("unsure:1", ollamatest.Model{Without: "s"})
	server.Create("mute:1", ollamatest.Model{Without: "0123s"})
	for name, way := range bothWays {
		// On a busy machine a runner that is ended again and again may be away for all of the patience.
		for judge, codes := range map[string][]int{"unsure:1": {exitOK, exitPartial, exitProvider}, "mute:1": {exitPartial, exitProvider}} {
			t.Run(name+", "+judge, func(t *testing.T) {
				l := newOllamaLab(t, 8, server, strings.Replace(way, "patience: 60s", "patience: 6s, retries: 1", 1))
				r := l.gen("run", "--set", "models.small.model="+judge, "--set", "models.large.model="+judge)
				s := l.status()
				v := s.stage(stageVerify)
				if !slices.Contains(codes, r.code) || s.stage(stageQueries).Done == 0 || judge == "mute:1" && v.Done+v.Rejected > 0 {
					t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
				}
				for _, stage := range []string{stageVerify, stageJudge} {
					for reason := range s.failures(stage) {
						if reason != "runner_died" && reason != "runner_gone" { // it was there no more when it was asked again
							t.Errorf("%s failed with %s", stage, reason)
						}
					}
				}
				l.must(exitOK, "check")
			})
		}
	}
}

func TestOllamaKilledAndStartedAgainLosesNothing(t *testing.T) {
	server := ollamatest.Start(t)
	server.Create("tiny:1", ollamatest.Model{})
	for name, way := range bothWays {
		t.Run(name, func(t *testing.T) {
			l := newOllamaLab(t, 6, server, way)
			c := l.command("run")
			var errs bytes.Buffer
			c.Stderr = &errs
			before := posts(server)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, "some answers", func() bool { return posts(server) > before+3 })
			server.Kill()
			server.Restart() // with a new log
			if err := c.Wait(); err != nil && c.ProcessState.ExitCode() != exitPartial {
				t.Fatalf("%v\n%s", err, errs.String())
			}
			if s := l.status(); s.pending() > 0 || s.failed() > 0 || posts(server) == 0 {
				t.Errorf("%d pending, %d failed, %d calls after the restart\n%s", s.pending(), s.failed(), posts(server), errs.String())
			}
			l.must(exitOK, "check")
		})
	}
}

// A server that has a queue of two calls and no model loaded yet refuses the others.
func TestOllamaThatIsBusyIsWaitedFor(t *testing.T) {
	t.Parallel()
	server := ollamatest.Start(t, "OLLAMA_MAX_QUEUE=1")
	server.Create("tiny:1", ollamatest.Model{})
	for name, way := range bothWays {
		t.Run(name, func(t *testing.T) {
			l := newOllamaLab(t, 8, server, strings.Replace(way, "concurrency: 4", "concurrency: 16", 1))
			s, r := l.settled()
			t.Logf("%d calls failed; 503: %d", s.Calls.Failed, strings.Count(server.Log(), "| 503 |"))
			if s.failed() > 0 {
				t.Errorf("%s%s", r.out, r.err)
			}
		})
	}
}
