package export

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"hardneg"
)

// words makes a text of n words that compresses about as prose does.
func words(seed, n int) string {
	var b strings.Builder
	x := uint64(seed)*0x9e3779b97f4a7c15 + 1
	for range n {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		fmt.Fprintf(&b, "w%d ", x%5000)
	}
	return b.String()
}

// bulk is the i-th of many examples, with five negatives.
func bulk(i int) hardneg.Example {
	id := fmt.Sprintf("%032x", i)
	ex := hardneg.Example{QueryID: id, Query: words(i*7, 9), PassageID: fmt.Sprint("p", i), Split: "train", QueryModel: "writer", QueryPrompt: "query@0123456789ab",
		Positives: []hardneg.Text{{DocID: fmt.Sprint("p", i), Title: "A title", Text: words(i*7+1, 60), Source: hardneg.SourcePassage, Grade: hardneg.Answers, Score: 1, HasScore: true}}}
	for n := range 5 {
		ex.Negatives = append(ex.Negatives, hardneg.Text{DocID: fmt.Sprint("g", i, ".", n), Text: words(i*7+2+n, 60), Source: hardneg.SourceGenerated,
			Strategy: "query-only", Model: "writer", Grade: hardneg.Related, Score: 0.3, HasScore: true})
	}
	return ex
}

// peakOf writes rows in a format and returns the most that the heap held, sampled.
func peakOf(t *testing.T, format string, rows int, o Options) (peak uint64) {
	t.Helper()
	s, err := Create(format, t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Abort()
	var m runtime.MemStats
	for i := range rows {
		if err := s.Write(bulk(i)); err != nil {
			t.Fatal(err)
		}
		if i%200 == 199 {
			runtime.GC()
			runtime.GC() // pools are emptied by the second one
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
	}
	if _, err := s.Commit(info); err != nil {
		t.Fatal(err)
	}
	return peak
}

// TestMemoryDoesNotGrowWithRows leaves out what is remembered of a corpus, 16 bytes a passage.
func TestMemoryDoesNotGrowWithRows(t *testing.T) {
	o := Options{Negatives: 5, limits: &limits{groupRows: 100, groupBytes: 1 << 20, fileBytes: 1 << 20}}
	for _, f := range []string{"hf", "st-ntuple", "flagembedding", "beir", "mteb"} { // one for each way to write
		few, many := peakOf(t, f, 300, o), peakOf(t, f, 1200, o)
		if many > few+few/4+(2<<20) {
			t.Errorf("%s: 300 rows take %d kB, 1,200 rows %d kB", f, few>>10, many>>10)
		}
	}
}

// TestPeakMemory measures the real thing: EXPORT_ROWS=1000000 EXPORT_FORMAT=hf go test -run TestPeakMemory ./internal/export
func TestPeakMemory(t *testing.T) {
	rows, err := strconv.Atoi(os.Getenv("EXPORT_ROWS"))
	if err != nil {
		return // a measurement, not a test
	}
	s, err := Create(os.Getenv("EXPORT_FORMAT"), t.TempDir(), Options{Negatives: 5})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Abort()
	for i := range rows {
		if err := s.Write(bulk(i)); err != nil {
			t.Fatal(err)
		}
	}
	before := highWater(t)
	if _, err := s.Commit(info); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows of %s: at most %s resident before the check, %s after it", rows, os.Getenv("EXPORT_FORMAT"), before, highWater(t))
}

func highWater(t *testing.T) string {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err.Error()
	}
	_, rest, _ := strings.Cut(string(raw), "VmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}
