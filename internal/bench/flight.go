package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The measurement at many calls in flight: a server as slow as models are, so that what is measured is how calls are kept in flight and
// not how fast a core is, and as many calls as take twenty times that long.
const (
	flightLatency = 500 * time.Millisecond
	flightCalls   = 20 // for each that is in flight
)

// flights are the calls in flight.
var flights = [...]int{256, 1024}

// flown is what one program did with its calls.
type flown struct {
	sample
	rate, steady float64 // calls a second: from the first to the last, and after the start and before the end
	connections  int
	serverCPU    time.Duration
	heap         float64 // bytes, live after a collection, at most; 0: not known
}

// flight compares one stage of a run with a loop of go-openai and one of net/http, at two concurrencies, one after the other in each round.
func (b *bench) flight(rounds int) {
	s := b.startMock("-latency", flightLatency.String(), "-precompute", "off")
	defer s.stop()
	var few flown // calls in flight: what else is in memory is the same for many
	for _, n := range flights {
		name := fmt.Sprintf("flight-%d", n)
		config := b.config(name, s.url, b.corpus(n*flightCalls), fmt.Sprintf("concurrency: %d", n))
		runDir, done := filepath.Join(b.dir, name), filepath.Join(b.dir, name+"-done")
		for range rounds {
			check(os.RemoveAll(done))
			gen := s.fly(b.gen, "run", "--config", config, "--stage", "queries")
			check(os.Rename(runDir, done))
			library := s.fly(b.self, "-bare", done, "-url", s.url, "-flight", strconv.Itoa(n))
			bare := s.fly(b.self, "-bare", done, "-url", s.url, "-flight", strconv.Itoa(n), "-loop", "http")
			for _, f := range []struct {
				name string
				flown
			}{{"gen", gen}, {"go-openai", library}, {"net/http", bare}} {
				fmt.Printf("  %4d in flight: %-9s %6d calls, %6.0f/s, steady %6.0f/s, %.3f ms CPU a call, %5d connections\n", n, f.name, f.calls, f.rate, f.steady,
					f.perCall(), f.connections)
			}
			fmt.Printf("  steady: gen / go-openai %.2f, gen / net/http %.2f (at least 0.85 is wanted); with start and end %.2f and %.2f\n",
				gen.steady/library.steady, gen.steady/bare.steady, gen.rate/library.rate, gen.rate/bare.rate)
			fmt.Printf("  connections / calls in flight %.2f (at most 1.5 is wanted); live heap %.1f MB", float64(gen.connections)/float64(n), gen.heap/1e6)
			if few.heap > 0 {
				fmt.Printf(", %.0f KB for each call in flight more (at most 100 is wanted)", (gen.heap-few.heap)/float64(n-flights[0])/1000)
			}
			fmt.Println()
			b.bound(gen, terms{inFlight: n, latency: flightLatency})
			if n == flights[0] {
				few = gen
			}
		}
	}
}

// fly runs a program that makes calls, and looks at it from the server.
func (s *server) fly(name string, args ...string) flown {
	s.post("/_mock/reset")
	before := cpuOf(s.cmd.Process.Pid)
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "GODEBUG=gctrace=1")
	var trace strings.Builder
	cmd.Stderr = &trace
	start := time.Now()
	if err := cmd.Run(); err != nil {
		panic(fmt.Sprintf("%s %v: %v\n%s", name, args, err, trace.String()))
	}
	stats, ended := s.stats(), s.ended()
	f := flown{sample: sample{stats.Count, time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, connections: stats.Connections,
		serverCPU: cpuOf(s.cmd.Process.Pid) - before, heap: mostLive(trace.String())}
	n := len(ended)
	f.rate = float64(n) / ended[n-1].Sub(s.first()).Seconds()
	from, to := n/2, n*9/10
	f.steady = float64(to-from) / ended[to].Sub(ended[from]).Seconds()
	return f
}

// asked is a call as the server saw it.
type asked struct {
	Arrived, Finished time.Time
	Status            int
}

// log reads what the server was asked.
func (s *server) log() []asked {
	resp, err := http.Get(s.url + "/_mock/log")
	check(err)
	defer resp.Body.Close()
	var all []asked
	for d := json.NewDecoder(resp.Body); d.More(); {
		var r asked
		check(d.Decode(&r))
		all = append(all, r)
	}
	return all
}

// ended are the times at which answers were given, in their order.
func (s *server) ended() []time.Time {
	var out []time.Time
	for _, r := range s.log() {
		out = append(out, r.Finished)
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

func (s *server) first() time.Time { return s.log()[0].Arrived }

// live is the heap that a collection has left, in a line of GODEBUG=gctrace=1: 4->5->2 MB.
var live = regexp.MustCompile(`\d+->\d+->(\d+) MB`)

func mostLive(trace string) float64 {
	most := 0
	for _, m := range live.FindAllStringSubmatch(trace, -1) {
		n, _ := strconv.Atoi(m[1]) // digits
		most = max(most, n)
	}
	return float64(most) * (1 << 20)
}

// cpuOf is the user and system time that a process has taken; 0 where that can't be read.
func cpuOf(pid int) time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * time.Second / 100 // Linux counts in hundredths everywhere
}
