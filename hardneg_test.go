package hardneg_test

import (
	"testing"

	"hardneg"
)

func TestPassagesHoldNoNUL(t *testing.T) {
	for name, p := range map[string]hardneg.Passage{
		"id":    {ID: "a\x00", Text: "x"},
		"title": {ID: "a", Title: "t\x00", Text: "x"},
		"text":  {ID: "a", Text: "x\x00"},
	} {
		if p.Validate() == nil {
			t.Errorf("a NUL in the %s is taken, which no export can write", name)
		}
	}
	if err := (hardneg.Passage{ID: "a", Title: "t", Text: "x"}).Validate(); err != nil {
		t.Error(err)
	}
}
