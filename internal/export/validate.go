package export

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"hardneg"
)

// validate reports the first rule that an example breaks; last is the query id before it, "" for the first.
func validate(ex hardneg.Example, last string) error {
	if ex.QueryID == "" {
		return errors.New("example without query id")
	}
	if err := rules(ex, last); err != nil {
		return fmt.Errorf("query %q: %w", ex.QueryID, err)
	}
	return nil
}

func rules(ex hardneg.Example, last string) error {
	switch {
	case ex.QueryID <= last:
		return fmt.Errorf("comes after %q; query ids must rise", last)
	case !slices.Contains(splits, ex.Split):
		return fmt.Errorf("split %q is none of %s", ex.Split, strings.Join(splits, ", "))
	case len(ex.Positives) == 0:
		return errors.New("no positive")
	case len(ex.Negatives)+len(ex.HardQueries) == 0:
		return errors.New("no negative")
	case strings.TrimSpace(ex.Query) == "":
		return errors.New("empty query")
	}
	for _, s := range [...]string{ex.QueryID, ex.Query, ex.PassageID, ex.QueryModel, ex.QueryPrompt} {
		if err := validString(s); err != nil {
			return err
		}
	}
	return validTexts(ex)
}

func validTexts(ex hardneg.Example) error {
	for i := range ex.Positives {
		if err := validText(&ex.Positives[i]); err != nil {
			return fmt.Errorf("positive %d: %w", i, err)
		}
	}
	if err := validNegatives("negative", ex.Negatives, ex.Positives); err != nil {
		return err
	}
	return validNegatives("spare", ex.Spares, ex.Positives)
}

func validNegatives(what string, texts, positives []hardneg.Text) error {
	for i := range texts {
		t := &texts[i]
		if err := validText(t); err != nil {
			return fmt.Errorf("%s %d: %w", what, i, err)
		}
		for j := range positives {
			if readAlike(&positives[j], t) {
				return fmt.Errorf("%s %d (%s) is also a positive", what, i, t.DocID)
			}
		}
		if t.Grade == hardneg.Ungraded {
			return fmt.Errorf("%s %d (%s) has no grade: nobody decided on it", what, i, t.DocID)
		}
	}
	return nil
}

func validText(t *hardneg.Text) error {
	switch t.Source {
	case hardneg.SourcePassage, hardneg.SourceGenerated, hardneg.SourceMined, hardneg.SourceImported:
	default:
		return fmt.Errorf("source %q is unknown", t.Source)
	}
	switch {
	case t.DocID == "":
		return errors.New("no docid")
	case isBlank(t.Text):
		return errors.New("empty text")
	case t.Grade > hardneg.Answers:
		return fmt.Errorf("grade %d is not a grade", t.Grade)
	case t.HasScore && (math.IsNaN(t.Score) || math.IsInf(t.Score, 0)):
		return fmt.Errorf("score %v is not a number", t.Score)
	case t.Similarity != nil && !(*t.Similarity >= -1 && *t.Similarity <= 1):
		return fmt.Errorf("similarity %v is not between -1 and 1", *t.Similarity)
	}
	for _, s := range [...]string{t.DocID, t.Title, t.Text, t.Strategy, t.Model} {
		if err := validString(s); err != nil {
			return err
		}
	}
	return nil
}

// isBlank reports a text of nothing but space.
func isBlank(s string) bool {
	return s == "" || (s[0] <= ' ' || s[0] >= utf8.RuneSelf) && strings.TrimSpace(s) == ""
}

// validString refuses what not every reader gives back as it was.
func validString(s string) error {
	if isPlain(s) {
		return nil
	}
	if !isUTF8(s) {
		return fmt.Errorf("%.40q is not UTF-8", s)
	}
	if i := strings.IndexByte(s, 0); i >= 0 {
		return fmt.Errorf("NUL character at byte %d", i)
	}
	return nil
}

// readAlike reports whether two texts have one passageText.
func readAlike(a, b *hardneg.Text) bool {
	if a.Title == b.Title {
		return a.Text == b.Text
	}
	return passageLength(a) == passageLength(b) && passageText(*a) == passageText(*b)
}

func passageLength(t *hardneg.Text) int {
	if t.Title == "" {
		return len(t.Text)
	}
	return len(t.Title) + 1 + len(t.Text)
}

// passageText is a text as a model reads it where the format has one string a passage: title, a space and the text, or
// the text alone where there is no title. Generated texts have none.
func passageText(t hardneg.Text) string {
	if t.Title == "" {
		return t.Text
	}
	return t.Title + " " + t.Text
}
