package main

import (
	"path/filepath"
	"strings"
	"testing"

	"hardneg/store"
)

// The statements name columns by their order, so a change of the schema breaks them.
func TestMultiplyFitsTheSchema(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(dir, store.Options{Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if err := multiply(filepath.Join(dir, store.FileName), 2); err != nil {
		t.Error(err)
	}
}

func TestSpreadFitsTheSchema(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(dir, store.Options{Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	err = spread(filepath.Join(dir, store.FileName), 3)
	if err == nil || !strings.Contains(err.Error(), "the run has 0 queries") { // there is none to copy, and every statement ran
		t.Error(err)
	}
	if a, b := prose(1, 700), prose(2, 700); len(a) != 700 || a == b || a != prose(1, 700) {
		t.Error("texts are to be of 700 characters, each another, always the same")
	}
}
