package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"hardneg/internal/work"
)

func TestAPanicLeavesItsItemPendingAndTheRunGoesOn(t *testing.T) {
	said := 0
	p := &panics{say: func(string) { said++ }}
	bad := p.guard([]work.Item{item{"bad", func(context.Context) error { panic("boom") }}})[0]
	good := p.guard([]work.Item{item{"good", func(context.Context) error { return nil }}})[0]
	if err := p.err(); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		if err := bad.Do(t.Context()); err != nil {
			t.Fatalf("one panic stopped the run: %v", err)
		}
		if err := good.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if said != 1 {
		t.Errorf("said %d times", said)
	}
	var v *work.Panic
	if err := p.err(); !errors.As(err, &v) || codeOf(err) != exitBug {
		t.Errorf("the run would end with %v", err)
	}
	for range tooManyPanics {
		if err := bad.Do(t.Context()); err != nil {
			t.Fatal("stopped too early")
		}
	}
	if err := bad.Do(t.Context()); err == nil {
		t.Error("a bug that meets every item does not stop the run")
	}
}

// brokenWriter is an output whose code panics.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { panic("boom") }

func TestAPanicOfACommandIsAnInternalError(t *testing.T) {
	var said strings.Builder
	a := &app{out: brokenWriter{}, err: &said}
	if code := a.main([]string{"version"}); code != exitBug || !strings.Contains(said.String(), "gen: internal error: panic: boom\n") || !strings.Contains(said.String(), "panics_test.go") {
		t.Errorf("exit %d: %s", code, said.String())
	}
	err := caught(func() error {
		for range work.Ahead(slices.Values([]int{1}), 1, func(int) int { panic("bang") }) {
			return nil
		}
		return nil
	})
	if err == nil || codeOf(err) != exitBug || !strings.HasPrefix(err.Error(), "panic: bang") {
		t.Errorf("a worker's: %v", err)
	}
}
