package corpus

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// hugeFile writes before, size megabytes of unit, and after.
func hugeFile(t *testing.T, size int, name, before, unit, after string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	w.WriteString(before)
	mega := strings.Repeat(unit, 1e6/len(unit))
	for range size {
		w.WriteString(mega)
	}
	w.WriteString(after)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

// allocated is the number of bytes that f asks for, freed or not: an upper bound of what it holds at any time.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestHugeLineIsSkippedInBoundedMemory(t *testing.T) {
	for _, tt := range []struct{ name, before, unit, after string }{
		{"line.jsonl", "{\"text\":\"a\"}\n{\"text\":\"", "x", "\"}\n{\"text\":\"b\"}\n"},
		{"line.tsv", "id\ttext\n1\ta\n2\t", "x", "\n3\tb\n"},
		{"cells.tsv", "id\ttext\n1\ta\n2\t", "xxxxxxx\t", "\n3\tb\n"},
		{"line.csv", "id,text\n1,a\n2,", "x", "\n3,b\n"},
		{"cells.csv", "id,text\n1,a\n2", ",a cell of some thirty letters", "\n3,b\n"},
		{"quoted.csv", "id,text\n1,a\n2,\"", "a line, with commas, of some forty letters\n", "\"\n3,b\n"},
		{"line.txt", "a\n\n", "x", "\n\nb\n"},
		{"paragraph.txt", "a\n\n", "a line of some thirty letters\n", "\n\nb\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := hugeFile(t, 50, tt.name, tt.before, tt.unit, tt.after)
			var s *Source
			var got []Record
			var err error
			used := allocated(func() { s, got, err = readAll(path, Options{}) })
			if err != nil || len(got) != 2 || got[1].Passage.Text != "b" || s.Problems()[0].Rule != "too_long" {
				t.Fatalf("%d records, %v, %v", len(got), err, s.Problems())
			}
			if used > 40<<20 { // the buffer on its way to 16 MiB: 8 + 4 + 2 + … besides
				t.Errorf("took %d bytes", used)
			}
		})
	}
}

func TestManyLinesTakeConstantMemory(t *testing.T) {
	path := hugeFile(t, 10, "a.jsonl", "", `{"id":"1","text":"some text","m":[1,{"a":null}]}`+"\n", "")
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	base, n := m.HeapAlloc, 0
	for _, err := range open(t, path, Options{}).Passages() {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%50_000 == 0 {
			runtime.GC()
			if runtime.ReadMemStats(&m); m.HeapAlloc > base+4<<20 {
				t.Fatalf("heap grew to %d bytes after %d records", m.HeapAlloc-base, n)
			}
		}
	}
	if n < 200_000 {
		t.Errorf("%d records", n)
	}
}
