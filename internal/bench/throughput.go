package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// server is a mock server in a process of its own.
type server struct {
	cmd *exec.Cmd
	url string
}

func (b *bench) startMock(args ...string) *server {
	cmd := exec.Command(b.mock, args...)
	out, err := cmd.StdoutPipe()
	check(err)
	cmd.Stderr = os.Stderr
	check(cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	check(err)
	return &server{cmd, strings.TrimSpace(line)}
}

func (s *server) stop() {
	check(s.cmd.Process.Signal(syscall.SIGTERM))
	_ = s.cmd.Wait()
}

func (s *server) post(path string) {
	resp, err := http.Post(s.url+path, "application/json", nil)
	check(err)
	check(resp.Body.Close())
}

func (s *server) count() int { return s.stats().Count }

// counts are what the server has counted since the last reset.
type counts struct{ Count, Connections int }

func (s *server) stats() (st counts) {
	resp, err := http.Get(s.url + "/_mock/stats")
	check(err)
	defer resp.Body.Close()
	check(json.NewDecoder(resp.Body).Decode(&st))
	return st
}

// sample is one run of a program: calls, wall time and CPU time.
type sample struct {
	calls     int
	wall, cpu time.Duration
}

func (s sample) rate() float64 { return float64(s.calls) / s.wall.Seconds() }
func (s sample) perCall() float64 {
	return s.cpu.Seconds() * 1000 / float64(s.calls)
}

// measure runs a command to its end.
func (s *server) measure(name string, args ...string) sample {
	s.post("/_mock/reset")
	cmd := exec.Command(name, args...)
	cmd.Stderr = nil
	start := time.Now()
	out, err := cmd.Output()
	if err != nil {
		panic(fmt.Sprintf("%s %v: %v\n%s", name, args, err, out))
	}
	return sample{s.count(), time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
}

// throughput compares a whole run, from import to export, with a loop that only sends the same requests through go-openai. The CPU of
// the export, which makes no call, is told apart from that of the calls: by a second run that makes the calls alone.
func (b *bench) throughput(rounds, passages int) {
	s := b.startMock("-latency", "100ms", "-precompute", "learn")
	defer s.stop()
	config := b.config("throughput", s.url, b.corpus(passages), fmt.Sprintf("concurrency: %d", inFlight))
	runDir := filepath.Join(b.dir, "throughput")
	s.measure(b.gen, "run", "--config", config) // the mock learns the answers
	learnt := filepath.Join(b.dir, "learnt")
	check(os.Rename(runDir, learnt))
	s.measure(b.self, "-bare", learnt, "-url", s.url) // its requests have other bytes: they are learnt too
	var rates, cpus, wholes []float64
	for i := range rounds {
		bare := s.measure(b.self, "-bare", learnt, "-url", s.url)
		whole := s.measure(b.gen, "run", "--config", config)
		check(os.RemoveAll(runDir))
		run := s.measure(b.gen, "run", "--config", config, "--stage", "queries", "--stage", "verify", "--stage", "negatives", "--stage", "judge", "--stage", "relabel")
		check(os.RemoveAll(runDir))
		rates, cpus = append(rates, whole.rate()/bare.rate()), append(cpus, run.perCall()/bare.perCall())
		wholes = append(wholes, whole.perCall()/bare.perCall())
		fmt.Printf("  round %d: bare %5d calls, %6.0f/s, %.3f ms CPU a call; gen %5d calls, %6.0f/s, %.3f ms, with the export %.3f; ratios %.2f, %.2f and %.2f\n",
			i+1, bare.calls, bare.rate(), bare.perCall(), whole.calls, whole.rate(), run.perCall(), whole.perCall(), rates[i], cpus[i], wholes[i])
	}
	fmt.Printf("  rate of a whole run / bare loop:  %.2f (median; at least 0.90 is wanted)\n", median(rates))
	fmt.Printf("  CPU per call / bare loop:         %.2f (median; at most 1.8 is wanted); with the export %.2f\n", median(cpus), median(wholes))
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}
