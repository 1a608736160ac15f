package generate

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"hardneg"
)

// plane has vectors of length 1 at these angles, in degrees.
func plane(degrees ...float64) func(int) []float32 {
	return func(row int) []float32 {
		at := degrees[row] * math.Pi / 180
		return []float32{float32(math.Cos(at)), float32(math.Sin(at))}
	}
}

func first(...string) uint64 { return 0 } // draws the first of whatever there is

func last(...string) uint64 { return math.MaxUint64 }

func walked(stops []stop) string {
	var out []string
	for _, s := range stops {
		out = append(out, fmt.Sprintf("%d:%d.%d", s.row, s.path, s.step))
	}
	return strings.Join(out, " ")
}

// The query is at 0°. Row 0 is its passage, which refers to 1 to 4; these refer to 5 to 8.
func TestWalksByHand(t *testing.T) {
	t.Parallel()
	vector := plane(5, 40, 10, 60, 80, 12, 45, 62, 120)
	one, both := []int32{1, 2, 3, 4}, []int32{1, 2, 3, 4, 5, 6, 7, 8}
	for name, c := range map[string]struct {
		walk Walk
		draw func(...string) uint64
		want string
	}{
		// Starts are 2 (10°), 1 (40°), 3 (60°). Nearest to 2 is 5 (12°), to 1 then 6 (45°), to 3 then 7 (62°); to 5 then 4 (80°), to 6 then 8;
		// nothing is left for the third path, nor to draw.
		"nearest each time": {Walk{3, 3}, first, "2:1.1 1:2.1 3:3.1 5:1.2 6:2.2 7:3.2 4:1.3 8:2.3"},
		"one path":          {Walk{1, 3}, first, "2:1.1 5:1.2 1:1.3 3:0.0"},
		// From 2 the five most similar are 5, 1, 6, 3, 7: the last of these is drawn, never 4 or 8. What is left at the end: 1 3 4 5 6 8.
		"the fifth at most":    {Walk{1, 2}, last, "2:1.1 7:1.2 5:0.0"},
		"starts alone":         {Walk{2, 1}, first, "2:1.1 1:2.1 3:0.0"},
		"more paths than hops": {Walk{9, 1}, first, "2:1.1 1:2.1 3:3.1 4:4.1 5:0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stops := c.walk.stops([]float32{1, 0}, vector, one, both, c.draw)
			if got := walked(stops); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if got := float64(stops[0].cosine); math.Abs(got-math.Cos(10*math.Pi/180)) > 1e-6 {
				t.Errorf("cosine of the first: %v", got)
			}
		})
	}
}

// Cosines 1, 0.5 and 0: exponentials 2.718, 1.649 and 1 of a sum of 5.367, so that shares end at 0.506, 0.814 and 1.
func TestSoftmaxByHand(t *testing.T) {
	t.Parallel()
	from := []stop{{row: 7, cosine: 1}, {row: 8, cosine: 0.5}, {row: 9, cosine: 0}}
	for share, want := range map[float64]int32{0: 7, 0.505: 7, 0.508: 8, 0.812: 8, 0.816: 9, 0.9999: 9} {
		if got := softmax(from, uint64(share*(1<<53))<<11); got != want {
			t.Errorf("at %v: row %d, want %d", share, got, want)
		}
	}
}

func TestHopsAreCountedWithoutThePassageAndWhatIsMissingIsToldOf(t *testing.T) {
	t.Parallel()
	s := &shelf{links: map[int64][]string{0: {"c", "b", "nobody"}, 1: {"a", "d"}, 2: {"d", "e", "gone"}, 3: {"a"}}}
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		s.passages = append(s.passages, hardneg.Passage{ID: id, Text: "text of " + id})
	}
	l := &Library{Corpus: s}
	g, err := l.Graph(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, one, both := g.near("a")
	if !slices.Equal(one, []int32{1, 2}) || !slices.Equal(both, []int32{1, 2, 3, 4}) {
		t.Errorf("one hop: %v, both: %v", one, both)
	}
	if g.Links != 7 || g.Missing != 2 {
		t.Errorf("%d links, %d to nothing", g.Links, g.Missing)
	}
	if _, _, both := g.near("e"); both != nil {
		t.Errorf("of a passage that refers to nothing: %v", both)
	}
	if again, err := l.Graph(t.Context()); err != nil || again != g || s.read != 1 {
		t.Errorf("it was read %d times: %v", s.read, err)
	}
}
