package export

import (
	"errors"
	"math"
	"testing"

	"hardneg"
)

func TestRefusals(t *testing.T) {
	cases := map[string]func(*hardneg.Example){
		"same id":            func(ex *hardneg.Example) { ex.QueryID = example(0).QueryID },
		"falling id":         func(ex *hardneg.Example) { ex.QueryID = "!" },
		"no id":              func(ex *hardneg.Example) { ex.QueryID = "" },
		"no positive":        func(ex *hardneg.Example) { ex.Positives = nil },
		"no negative":        func(ex *hardneg.Example) { ex.Negatives = nil },
		"unknown split":      func(ex *hardneg.Example) { ex.Split = "../train" },
		"empty query":        func(ex *hardneg.Example) { ex.Query = " \n" },
		"empty text":         func(ex *hardneg.Example) { ex.Negatives[0].Text = "" },
		"no docid":           func(ex *hardneg.Example) { ex.Negatives[0].DocID = "" },
		"unknown source":     func(ex *hardneg.Example) { ex.Negatives[0].Source = "web" },
		"NUL in a text":      func(ex *hardneg.Example) { ex.Negatives[0].Text = "a\x00b" },
		"NUL in the query":   func(ex *hardneg.Example) { ex.Query = "a\x00b" },
		"invalid UTF-8":      func(ex *hardneg.Example) { ex.Positives[0].Title = "\xff" },
		"surrogate":          func(ex *hardneg.Example) { ex.Positives[0].Text = "\xed\xa0\x80" },
		"score NaN":          func(ex *hardneg.Example) { ex.Negatives[0].Score = math.NaN() },
		"score infinite":     func(ex *hardneg.Example) { ex.Negatives[0].Score = math.Inf(1) },
		"grade out of range": func(ex *hardneg.Example) { ex.Negatives[0].Grade = 9 },
		"both":               func(ex *hardneg.Example) { ex.Negatives[1] = ex.Positives[0] },
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := Create("hf", dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Write(example(0)); err != nil {
				t.Fatal(err)
			}
			bad := example(1)
			spoil(&bad)
			if err = s.Write(bad); err == nil {
				t.Fatal("written")
			}
			if _, again := s.Commit(info); !errors.Is(again, err) {
				t.Errorf("Commit after a refusal: %v", again)
			}
			if left := tree(t, dir); len(left) != 0 {
				t.Errorf("left: %v", names(left))
			}
		})
	}
}
