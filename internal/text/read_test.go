package text

import (
	"reflect"
	"strings"
	"sync"
	"testing"
)

// What is read in memory that others have used is what is read in new memory, also by many at once.
func TestMemoryIsUsedAgainWithoutATrace(t *testing.T) {
	long := "The granite bridge over the harbour was built in 1871 and closed in 1902, when the railway came. "
	texts := []string{"", "short", long, strings.Repeat(long, 9), "Die Brücke über den Hafen wurde 1871 gebaut und 1902 geschlossen, als die Bahn kam.",
		"橋は一八七一年に建てられ、一九〇二年に閉鎖された。", long + "橋は一八七一年に", "a b c d e f g h i", "!?… —"}
	want := make([]Sketch, len(texts))
	for i, s := range texts {
		ws := Words(s)
		if n := Normal(s); n != "" {
			want[i].normal = (&Text{s: s}).Sketch().normal
		}
		if unitsOf(ws) >= shortWords*wordUnits {
			want[i].shingles = newHashSet(runs(ws, shingleWords*wordUnits))
		}
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 400 {
				n := (i*7 + w) % len(texts)
				read := Read(texts[n])
				words := append([]string(nil), read.Words()...)
				if k := read.Sketch(); !reflect.DeepEqual(k, want[n]) {
					t.Errorf("%q: %+v, want %+v", texts[n], k, want[n])
				}
				if !reflect.DeepEqual(words, Words(texts[n])) {
					t.Errorf("%q has the words %q", texts[n], words)
				}
				read.Free()
				if read.Free(); !reflect.DeepEqual(append([]string(nil), read.Words()...), words) {
					t.Errorf("%q is not read again", texts[n])
				}
			}
		})
	}
	wg.Wait()
}
