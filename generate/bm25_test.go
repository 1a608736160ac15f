package generate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/internal/bm25"
	"hardneg/internal/text"
)

// shelf is a corpus in memory; the number of a passage is its place.
type shelf struct {
	passages []hardneg.Passage
	links    map[int64][]string
	read     int
	err      error
}

func (s *shelf) EachPassage(_ context.Context, f func(int64, hardneg.Passage) error) error {
	s.read++
	for i, p := range s.passages {
		if err := f(int64(i), p); err != nil {
			return err
		}
	}
	return s.err
}

func (s *shelf) EachLinks(_ context.Context, f func(int64, []string) error) error {
	for _, n := range slices.Sorted(maps.Keys(s.links)) {
		if err := f(n, s.links[n]); err != nil {
			return err
		}
	}
	return s.err
}

func (s *shelf) PassagesAt(_ context.Context, numbers []int64) (out []hardneg.Passage, err error) {
	for _, n := range numbers {
		out = append(out, s.passages[n])
	}
	return out, nil
}

// mills are passages that match millQuery the better the lower their number: each has one word of it less.
func mills() *shelf {
	words := strings.Fields("miller turn post mill")
	s := &shelf{passages: []hardneg.Passage{{ID: "p0", Title: "Copy", Text: mill.Text}, mill}}
	for i := range 4 {
		s.passages = append(s.passages, hardneg.Passage{ID: fmt.Sprint("near", i), Title: "T", Text: strings.Join(words[i:], " ") + " " + essay(fmt.Sprint("river", i))})
	}
	for i := range 20 {
		s.passages = append(s.passages, hardneg.Passage{ID: fmt.Sprint("far", i), Text: essay(fmt.Sprint("cheese", i))})
	}
	return s
}

func bm25Of(t *testing.T, s *shelf, count, from, to int) *Negatives {
	t.Helper()
	made, ok := NewStrategy(Spec{Name: BM25, Count: count, From: from, To: to}, Kit{Library: &Library{Corpus: s}})
	if !ok {
		t.Fatal("no strategy bm25")
	}
	return &Negatives{[]Strategy{made}}
}

func found(t *testing.T, g *Negatives, standing ...Standing) (out []string) {
	t.Helper()
	made, err := g.Make(t.Context(), millQuery, mill, standing, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range made.Slots {
		if s.Source != hardneg.SourceMined || s.Was != hardneg.LabelNegative || s.Query != millQuery.Key || s.Strategy != BM25 || s.Origin != (hardneg.Origin{Method: BM25}) {
			t.Errorf("%+v", s)
		}
		out = append(out, strings.TrimSpace(s.DocID+" "+s.Reason))
	}
	return out
}

func TestRanksAreThoseOfWhatMayBeTaken(t *testing.T) {
	for name, c := range map[string]struct {
		count, from, to int
		standing        []Standing
		want            []string
	}{
		"the first ranks: not the positive, nor a copy of it": {2, 1, 100, nil, []string{"near0", "near1"}},
		"a window":                 {2, 2, 100, nil, []string{"near1", "near2"}},
		"a window that ends":       {3, 2, 3, nil, []string{"near1", "near2", "missing"}},
		"what stands has no rank":  {2, 2, 100, []Standing{{Text: mills().passages[2].Text}}, []string{"near2", "near3"}},
		"no more than match":       {6, 1, 100, nil, []string{"near0", "near1", "near2", "near3", "missing", "missing"}},
		"a window beyond the last": {1, 50, 100, nil, []string{"missing"}},
	} {
		if got := found(t, bm25Of(t, mills(), c.count, c.from, c.to), c.standing...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestOfPassagesThatAreNearlyTheSameOneIsTaken(t *testing.T) {
	s := mills()
	s.passages = append(s.passages, hardneg.Passage{ID: "twin", Text: s.passages[2].Text + " indeed"})
	if got := found(t, bm25Of(t, s, 2, 1, 100)); !slices.Equal(got, []string{"near0", "near1"}) {
		t.Errorf("%q", got)
	}
}

func TestTheIndexIsMadeOnceAndWhenItIsNeeded(t *testing.T) {
	s := mills()
	g := bm25Of(t, s, 1, 1, 9)
	if s.read != 0 {
		t.Error("the corpus is read before anything is asked of it")
	}
	found(t, g)
	found(t, g)
	if s.read != 1 {
		t.Errorf("the corpus was read %d times", s.read)
	}
	broken := &shelf{err: errors.New("disk")}
	if _, err := bm25Of(t, broken, 1, 1, 9).Make(t.Context(), millQuery, mill, nil, nil, 0); !errors.Is(err, broken.err) {
		t.Error(err)
	}
}

// What people wrote is not refused for what a model's text would be refused for.
func TestAMinedTextIsOnlyCompared(t *testing.T) {
	s := mills()
	s.passages[2].Text = "Post mill, miller: turn."
	if got := found(t, bm25Of(t, s, 1, 1, 9)); !slices.Equal(got, []string{"near0"}) {
		t.Errorf("%q", got)
	}
}

// The key of a passage is the same at whatever rank it stands, so that its verdicts hold in a corpus that has grown.
func TestTheKeyOfAMinedPassageIsThatOfThePassage(t *testing.T) {
	keys := func(s *shelf) map[string]hardneg.Key {
		made, err := bm25Of(t, s, 2, 1, 9).Make(t.Context(), millQuery, mill, nil, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]hardneg.Key{}
		for _, slot := range made.Slots {
			out[slot.DocID] = slot.Key
		}
		return out
	}
	before, grown := keys(mills()), mills()
	grown.passages = append(grown.passages, hardneg.Passage{ID: "better", Text: "how does a miller turn a post mill a post mill turn"})
	after := keys(grown)
	if before["near0"] != after["near0"] || after["better"].IsZero() || len(after) != 2 {
		t.Errorf("%v, then %v", before, after)
	}
}

// The ranks are those of a naive BM25 over title and text.
func TestRanksAreThoseOfTheWholeCorpus(t *testing.T) {
	s := mills()
	x := bm25.New(bm25.K1, bm25.B)
	for _, p := range s.passages {
		x.Add(text.Words(p.Title + "\n" + p.Text))
	}
	x.Seal()
	var want []string
	for _, h := range x.Search(text.Words(millQuery.Text), 100) {
		if p := s.passages[h.Text]; p.Text != mill.Text {
			want = append(want, p.ID)
		}
	}
	if got := found(t, bm25Of(t, s, len(want), 1, 100)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
