package main

import (
	"path/filepath"
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
