package text

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawn makes a text of n words that shares next to nothing with one of another seed.
func drawn(seed, n int) string {
	var b strings.Builder
	x := uint32(seed)*2654435761 + 1
	for range n {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		fmt.Fprintf(&b, "w%d ", x%4000)
	}
	return b.String()
}

func groupsOf(t *testing.T, texts []string) map[uint32]uint32 {
	t.Helper()
	var g Groups
	for i, s := range texts {
		b := NewSignature(s)
		g.Add(uint32(i), &b)
	}
	found, err := g.Find(func(n uint32) (string, error) { return texts[n], nil })
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestGroupsOfNearDuplicates(t *testing.T) {
	a, b := drawn(1, 60), drawn(2, 60)
	texts := []string{
		drawn(3, 60), a, b, "Short text.", strings.ToUpper(a), drawn(4, 60), a + "and one more", "short  text", drawn(5, 60), "Another text.",
		strings.Replace(b, "w", "v", 1),
	}
	want := map[uint32]uint32{1: 1, 4: 1, 6: 1, 2: 2, 10: 2, 3: 3, 7: 3}
	if got := groupsOf(t, texts); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMostPlantedDuplicatesAreFoundAndNothingElse(t *testing.T) {
	var texts []string
	for i := range 2000 {
		s := drawn(i+10, 50)
		texts = append(texts, s)
		if i%10 == 0 { // two words of fifty are changed: about 80 % of the runs stay
			ws := strings.Fields(s)
			ws[10], ws[40] = "changed", "altered"
			texts = append(texts, strings.Join(ws, " "))
		}
	}
	if got := len(groupsOf(t, texts)); got < 396 || got > 400 {
		t.Errorf("%d texts are in groups, 400 were planted", got)
	}
}

// Texts of one pattern agree in many bands. Equal ones among them are found all the same, and those that are equal but for case and signs.
func TestEqualTextsOfOnePatternAreOneGroup(t *testing.T) {
	const many = 10_000
	random := rand.New(rand.NewPCG(1, 2))
	var texts []string
	for i := range many {
		words := strings.Fields(drawn(1, 100))
		for w := range words {
			if random.IntN(20) == 0 {
				words[w] = fmt.Sprint("x", i, "y", w)
			}
		}
		texts = append(texts, strings.Join(words, " "))
	}
	for i := range many / 20 {
		texts = append(texts, strings.ToUpper(texts[i*20])+"!")
	}
	found := groupsOf(t, texts)
	for i := range many / 20 {
		if a, ok := found[uint32(i*20)]; !ok || a != found[uint32(many+i)] {
			t.Errorf("text %d and its copy are of groups %d and %d", i*20, a, found[uint32(many+i)])
		}
	}
}

func TestRunsAndSum(t *testing.T) {
	long := "one two three four five six seven eight nine ten eleven twelve thirteen"
	if n := len(Runs(long, 13)); n != 1 {
		t.Errorf("%d runs of 13 words in 13", n)
	}
	if n := len(Runs("one two", 13)); n != 0 {
		t.Errorf("%d runs of 13 words in two", n)
	}
	if got := Runs("Well, "+long+"!", 13); got[len(got)-1] != Runs(long, 13)[0] {
		t.Error("a run differs by where it stands")
	}
	if Sum("A  b!") != Sum("a b") || Sum("a b") == Sum("ab") {
		t.Error("Sum is not of the normal form")
	}
}

func BenchmarkGroups(b *testing.B) {
	var texts []string
	for i := range 10_000 {
		texts = append(texts, drawn(i, 80))
	}
	for b.Loop() {
		var g Groups
		for i, s := range texts {
			b := NewSignature(s)
			g.Add(uint32(i), &b)
		}
		if _, err := g.Find(func(n uint32) (string, error) { return texts[n], nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// What is said of pairs that share some of their runs, for texts of any length.
func TestBandsFindPairs(t *testing.T) {
	for _, words := range []int{12, 24, 36, 60, 200} {
		for least, want := range map[float64]float64{0.7: 0.95, 0.8: 0.995} {
			found, pairs := 0, 0
			for seed := range 150 {
				a := strings.Fields(drawn(seed+1, words))
				b := slices.Clone(a)
				for n := 0; ; n++ { // as many words are changed as leave enough runs
					c := slices.Clone(b)
					c[(seed*31+n*(words*5/13|1))%words] = fmt.Sprint("x", n)
					if jaccard(strings.Join(a, " "), strings.Join(c, " ")) < least {
						break
					}
					b = c
				}
				if slices.Equal(a, b) {
					continue
				}
				pairs++
				if len(groupsOf(t, []string{strings.Join(a, " "), strings.Join(b, " ")})) == 2 {
					found++
				}
			}
			if pairs < 20 || float64(found) < want*float64(pairs) {
				t.Errorf("%d words, %.0f %% in common: %d of %d pairs are found", words, 100*least, found, pairs)
			}
		}
	}
}

func jaccard(a, b string) float64 {
	x, y := NewSketch(a).shingles, NewSketch(b).shingles
	both := common(x, y)
	return float64(both) / float64(x.n+y.n-both)
}

func TestEntriesAreSortedByHash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hashes := rapid.SliceOfN(rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(0, 9), rapid.Uint32Range(1<<32-3, 1<<32-1)), 0, 300).Draw(t, "hashes")
		entries := make([]uint64, len(hashes))
		for n, h := range hashes {
			entries[n] = uint64(h)<<32 | uint64(n)
		}
		want := slices.Sorted(slices.Values(entries))
		if sortByHash(entries); !slices.Equal(entries, want) {
			t.Fatalf("got %x, want %x", entries, want)
		}
	})
}
