// Command bench measures the program against a reference in the same run, and prints ratios: absolute times mean little on shared
// cores. It needs bin/gen (make build), uses loopback only, is bounded and ends by itself.
//
// Eight questions: how near a whole run comes to a bare loop of the client library, in calls per second and in CPU per call;
// how near one stage comes to bare loops with 256 and 1,024 calls in flight, over how many connections and with how much heap; whether
// a minute's requests are kept to what a server allows; how much memory a run of many passages takes; how long a finished run of
// 1,000,000 passages takes to find that there is nothing to do; how fast, and in how much memory, a training set is imported; how long
// an exact search of 1,000,000 vectors takes; how long the export of 1,000,000 queries takes in each format, beside DuckDB that writes
// the same rows, and in how much memory.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	only := flag.String("only", "", "throughput, flight, rpm, memory, resume, import, dense or export; all by default")
	rounds := flag.Int("rounds", 3, "interleaved rounds of the throughput measurement")
	passages := flag.Int("passages", 10_000, "passages of the throughput measurement")
	flights := flag.Int("flights", 1, "interleaved rounds of the measurement at 256 and 1,024 in flight")
	big := flag.Int("big", 40_000, "passages of the memory measurement")
	huge := flag.Int("huge", 1_000_000, "passages of the resume measurement")
	rows := flag.Int("rows", 200_000, "rows of the training set of the import measurement; 1,000,000 take 8 GB of file, 10 GB of run and some minutes")
	vectors := flag.Int("vectors", 1_000_000, "vectors of the search measurement; they take 3 GB of disk")
	exported := flag.Int("exported", 1_000_000, "queries of the export measurement")
	formats := flag.String("formats", strings.Join(exportFormats, ","), "formats of the export measurement")
	bareRun := flag.String("bare", "", "internal: run the reference loop on the calls of this run directory")
	bareURL := flag.String("url", "", "internal: base URL of the reference loop")
	bareLoop := flag.String("loop", "library", "internal: library or http")
	bareFlight := flag.Int("flight", inFlight, "internal: calls in flight of the reference loop")
	flag.Parse()
	if *bareRun != "" {
		bare(*bareRun, *bareURL, *bareLoop, *bareFlight)
		return
	}
	b := newBench()
	defer b.close()
	fmt.Printf("%s, %s, %d cores\n", time.Now().Format("2006-01-02"), runtime.Version(), runtime.NumCPU())
	for _, part := range []struct {
		name string
		run  func()
	}{{"throughput", func() { b.throughput(*rounds, *passages) }}, {"flight", func() { b.flight(*flights) }}, {"rpm", b.rpm}, {"memory", func() { b.memory(*big) }}, {"resume", func() { b.resume(*huge) }},
		{"import", func() { b.importing(*rows) }}, {"dense", func() { b.dense(*vectors) }}, {"export", func() { b.export(*exported, strings.Split(*formats, ",")) }}} {
		if *only == "" || *only == part.name {
			fmt.Printf("\n%s\n", part.name)
			part.run()
		}
	}
}

// inFlight is the concurrency of all measurements that don't say otherwise.
const inFlight = 256

// bench is a scratch folder with what the measurements share.
type bench struct {
	dir  string
	gen  string
	mock string
	self string
}

func newBench() *bench {
	dir, err := os.MkdirTemp("", "gen-bench-")
	check(err)
	gen, err := filepath.Abs("bin/gen")
	check(err)
	if _, err := os.Stat(gen); err != nil {
		log.Fatal("bin/gen is not there: make build")
	}
	self, err := os.Executable()
	check(err)
	b := &bench{dir: dir, gen: gen, mock: filepath.Join(dir, "mockllm"), self: self}
	out, err := exec.Command("go", "build", "-o", b.mock, "./internal/mockllm/cmd/mockllm").CombinedOutput()
	if err != nil {
		log.Fatalf("%s%v", out, err)
	}
	return b
}

func (b *bench) close() { check(os.RemoveAll(b.dir)) }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// config writes a config for one model on a mock server, with limits such as `concurrency: 8`.
func (b *bench) config(name, url, corpus, limits string) string {
	path := filepath.Join(b.dir, name+".yaml")
	model := fmt.Sprintf(`{provider: openai, model: m, base_url: "%s/v1", api_key: "", %s}`, url, limits)
	text := fmt.Sprintf("run: {dir: %s}\ncorpus: {path: [%s]}\nmodels:\n  writer: %s\n  judge_small: %s\n  judge_large: %s\nexport: {formats: [jsonl]}\n",
		filepath.Join(b.dir, name), corpus, model, model, model)
	check(os.WriteFile(path, []byte(text), 0o600))
	return path
}

// corpus writes n passages of about 150 words. Their sentences are of few patterns, and of words that are drawn for each: passages
// that are all alike would measure the search for near-duplicates.
func (b *bench) corpus(n int) string {
	path := filepath.Join(b.dir, fmt.Sprintf("corpus-%d.jsonl", n))
	f, err := os.Create(path)
	check(err)
	defer f.Close()
	w := bufio.NewWriter(f)
	out := json.NewEncoder(w)
	draw := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		var t strings.Builder
		fmt.Fprintf(&t, "Record %d tells of the year %d.", i, 1500+draw.IntN(500))
		for range 12 {
			t.WriteByte(' ')
			t.WriteString(sentence(draw))
		}
		check(out.Encode(map[string]string{"_id": fmt.Sprintf("p%07d", i), "title": fmt.Sprintf("District %d, record %d", i/7, i), "text": t.String()}))
	}
	check(w.Flush())
	return path
}

var (
	patterns = []string{
		"The W of the W was W with D Ws.", "In the W, W and W were kept near the old W.", "Many of the Ws that W saw had come from W by D.",
		"That which W called a W is now the W of W, and of D Ws.", "It was W who brought the W into the W.", "As soon as the W had been W, W was left without a W for D years.",
	}
	syllables = strings.Fields("har gra led bri ket or sig lan qua rail cop tim mea ca fur ar gar to mar ri bour nite ger ton tle chard nal tern ry way")
)

// sentence fills a pattern with drawn words (W) and numbers (D).
func sentence(draw *rand.Rand) string {
	var t strings.Builder
	for _, c := range patterns[draw.IntN(len(patterns))] {
		switch c {
		case 'W':
			for range 2 + draw.IntN(2) {
				t.WriteString(syllables[draw.IntN(len(syllables))])
			}
		case 'D':
			t.WriteString(strconv.Itoa(draw.IntN(2000)))
		default:
			t.WriteRune(c)
		}
	}
	return t.String()
}
