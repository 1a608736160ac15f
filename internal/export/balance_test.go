package export

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"hardneg"
)

// mixed makes n examples of all splits with any number of texts of either origin; a generated text says so, for the test to see.
func mixed(seed uint64, n int) (exs []hardneg.Example) {
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		ex := hardneg.Example{QueryID: fmt.Sprintf("%08d", i), Query: fmt.Sprint("query ", i), PassageID: fmt.Sprint("p", i), QueryModel: "m",
			Split: splits[r.IntN(10)/8*(1+r.IntN(2))]}
		add := func(to *[]hardneg.Text, generated bool, kind string) {
			t := hardneg.Text{DocID: fmt.Sprint(kind, i, ".", len(*to)), Text: fmt.Sprint(kind, " ", i, " number ", len(*to)), Source: hardneg.SourceMined,
				Grade: hardneg.Related, Score: r.Float64(), HasScore: true}
			if generated {
				t.Source, t.Text = hardneg.SourceGenerated, "made "+t.Text
			}
			*to = append(*to, t)
		}
		add(&ex.Positives, false, "pos")
		for range r.IntN(2) {
			add(&ex.Positives, true, "pos")
		}
		for range 1 + r.IntN(5) {
			add(&ex.Negatives, r.IntN(3) > 0, "neg")
		}
		slices.SortStableFunc(ex.Negatives, func(a, b hardneg.Text) int { return cmp.Compare(b.Score, a.Score) })
		exs = append(exs, ex)
	}
	return exs
}

func origins(exs []hardneg.Example) *Origins {
	o := NewOrigins()
	for _, ex := range exs {
		o.Count(ex)
	}
	return o
}

// shown is texts as they are trained on.
func shown(of []gradedText) (all []string) {
	for _, t := range of {
		all = append(all, passageText(hardneg.Text{Title: t.title, Text: t.text}))
	}
	return all
}

// sidesOf reads a file of any format back as pairs of positive and negative, and lone texts; a made text begins with "made".
func sidesOf(t *testing.T, format string, file *parquet.File) (positives, negatives []string) {
	t.Helper()
	err := formats[format].read(nil, file, file.Size(), func(_ int, w row, err error) {
		if err != nil {
			t.Fatal(err)
		}
		positives, negatives = append(positives, shown(w.positives)...), append(negatives, shown(w.negatives)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return positives, negatives
}

func made(texts []string) (n int) {
	for _, s := range texts {
		if strings.HasPrefix(s, "made ") {
			n++
		}
	}
	return n
}

func TestBalanceHoldsInTheFilesOfEveryParquetFormat(t *testing.T) {
	for seed := range uint64(5) {
		exs := mixed(seed, 300)
		for _, f := range []string{"hf", "st-triplet", "st-ntuple", "st-ntuple-scores", "st-labeled-pair", "st-labeled-list", "tevatron"} {
			dir := t.TempDir()
			m := write(t, f, dir, Options{Negatives: 2, Origins: origins(exs)}, exs)
			if !m.Balanced || len(m.LeftOut) == 0 {
				t.Errorf("%s: balanced %v, left out %v", f, m.Balanced, m.LeftOut)
			}
			for _, file := range m.Files {
				if file.Split == "" {
					continue
				}
				p, n := sidesOf(t, f, open(t, filepath.Join(dir, f, file.Path)))
				if made(p)*len(n) != made(n)*len(p) {
					t.Errorf("seed %d, %s, %s: %d of %d positives and %d of %d negatives are generated", seed, f, file.Split, made(p), len(p), made(n), len(n))
				}
			}
			for _, s := range m.Origins {
				a, b := s.BesideHuman, s.BesideGenerated
				if a.All > 0 && b.All > 0 && a.Generated*b.All != b.Generated*a.All {
					t.Errorf("seed %d, %s: %+v", seed, f, s)
				}
			}
		}
	}
}

func TestSharesOfABalancedSetAreOfWhatIsWritten(t *testing.T) {
	exs := mixed(7, 400)
	for _, f := range Formats() {
		m := write(t, f, t.TempDir(), Options{Negatives: 2, Origins: origins(exs)}, exs)
		for _, s := range m.Origins {
			if s.Positives.Generated*s.Negatives.All != s.Negatives.Generated*s.Positives.All {
				t.Errorf("%s: %+v", f, s)
			}
		}
		if len(m.Origins) == 0 || m.Origins[0].Positives.Generated == 0 || m.Origins[0].Positives.Generated == m.Origins[0].Positives.All {
			t.Errorf("%s: there is nothing to balance: %+v", f, m.Origins)
		}
	}
}

func TestABalanceThatNothingFits(t *testing.T) {
	exs := []hardneg.Example{plain("1")}
	exs[0].Negatives = exs[0].Negatives[:2] // generated, and no positive is
	exs[0].Positives = exs[0].Positives[:1]
	s, err := Create("hf", t.TempDir(), Options{Origins: origins(exs)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(exs[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(info); err == nil || len(s.counts.list()) != 1 {
		t.Errorf("%v, %v", err, s.counts.list())
	}
}

// TestPlansAreFeasibleAndUsed: as many rows are written as were planned, whatever the order of the examples.
func TestPlansAreFeasibleAndUsed(t *testing.T) {
	for seed := range uint64(30) {
		exs := mixed(seed, 80)
		if seed%2 == 0 {
			for i := range exs { // some queries have a generated positive only
				if len(exs[i].Positives) == 2 && i%3 == 0 {
					exs[i].Positives = exs[i].Positives[1:]
				}
			}
		}
		planned := map[string]int64{}
		for split, m := range origins(exs).plan(0) {
			if n := int64(m.generated + m.human); n > 0 {
				planned[split] = m.pairs / n
			}
		}
		if seed%3 == 0 {
			slices.Reverse(exs)
			for i := range exs {
				exs[i].QueryID = fmt.Sprintf("%08d", i)
			}
		}
		m := write(t, "hf", t.TempDir(), Options{Origins: origins(exs)}, exs)
		for split, n := range planned {
			if m.Rows[split] != n {
				t.Errorf("seed %d: %s has %d rows, %d were planned", seed, split, m.Rows[split], n)
			}
		}
	}
}

func TestCheckFindsABalanceThatIsNone(t *testing.T) {
	exs := mixed(1, 100)
	dir := t.TempDir()
	write(t, "st-triplet", dir, Options{Origins: origins(exs)}, exs)
	edit(t, filepath.Join(dir, "st-triplet"), func(m *Manifest) { m.Origins[0].Positives.Generated++ })
	_, found, err := Check(filepath.Join(dir, "st-triplet"))
	if err != nil || len(found) != 1 || found[0].Rule != RuleOrigin {
		t.Error(found, err)
	}
}
