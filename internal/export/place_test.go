package export

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNothingShowsBeforeCommit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	s, err := Create("hf", dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(example(0)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "hf")); err == nil {
		t.Error("the final name exists before Commit")
	}
	s.Abort()
	s.Abort()
	if _, err := os.Lstat(dir); err == nil {
		t.Errorf("Abort leaves %v", names(tree(t, dir)))
	}
	if err := s.Write(example(1)); err == nil {
		t.Error("Write after Abort succeeds")
	}
}

func TestAbortAfterCommitIsHarmless(t *testing.T) {
	dir := t.TempDir()
	s, err := Create("jsonl", dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(example(0)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(info); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	s.Abort()
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" || len(before) != 5 {
		t.Errorf("%d files; %s", len(before), diff)
	}
	if _, err := s.Commit(info); err == nil {
		t.Error("a second Commit succeeds")
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Create("xml", dir, Options{}); !errors.Is(err, ErrUnknownFormat) || !strings.Contains(err.Error(), "flagembedding, hf, jsonl") {
		t.Error(err)
	}
	if _, err := tryWrite("hf", dir, Options{}, nil, info); !errors.Is(err, ErrNoRows) {
		t.Error(err)
	}
	if left := tree(t, dir); len(left) != 0 {
		t.Errorf("an export without a row leaves %v", names(left))
	}
	write(t, "hf", dir, Options{}, examples(2))
	before := tree(t, dir)
	if _, err := Create("hf", dir, Options{}); !errors.Is(err, ErrExists) {
		t.Error(err)
	}
	if _, err := tryWrite("hf", dir, Options{Force: true}, nil, info); !errors.Is(err, ErrNoRows) {
		t.Error(err)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("the old export changed: %s", diff)
	}
}

func TestForceKeepsTheOldUntilTheNewIsComplete(t *testing.T) {
	exchanges := map[string]func(a, b string) error{
		"exchange":  exchange,
		"two steps": func(a, b string) error { return errors.ErrUnsupported },
	}
	for name, swap := range exchanges {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, "jsonl", dir, Options{}, examples(2))
			before := tree(t, filepath.Join(dir, "jsonl"))
			s, err := Create("jsonl", dir, Options{Force: true})
			if err != nil {
				t.Fatal(err)
			}
			s.place.exchange = swap
			for _, ex := range examples(5) {
				if err := s.Write(ex); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(before, tree(t, filepath.Join(dir, "jsonl"))); diff != "" {
				t.Error(diff)
			}
			if _, err := s.Commit(info); err != nil {
				t.Fatal(err)
			}
			fresh := t.TempDir()
			write(t, "jsonl", fresh, Options{}, examples(5))
			if diff := cmp.Diff(tree(t, fresh), tree(t, dir)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTwoAtOnce(t *testing.T) {
	dir := t.TempDir()
	s, err := Create("hf", dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create("hf", dir, Options{}); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	write(t, "jsonl", dir, Options{}, examples(1)) // another format is another lock
	s.Abort()
	write(t, "hf", dir, Options{}, examples(1))
}

func TestLeftoversOfAKilledProcess(t *testing.T) {
	dir := t.TempDir()
	write(t, "hf", dir, Options{}, examples(1))
	for _, d := range []string{".hf.tmp-99999999/data", ".hf.tmp-1", ".hf.old-5", ".jsonl.tmp-1", "mine"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write(t, "hf", dir, Options{Force: true}, examples(2))
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff([]string{".jsonl.tmp-1", "hf", "mine"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestKilledBetweenTheTwoStepsOfReplacing(t *testing.T) {
	dir := t.TempDir()
	write(t, "hf", dir, Options{}, examples(1))
	before := tree(t, filepath.Join(dir, "hf"))
	if err := os.Rename(filepath.Join(dir, "hf"), filepath.Join(dir, ".hf.old-77")); err != nil {
		t.Fatal(err)
	}
	if _, err := Create("hf", dir, Options{}); !errors.Is(err, ErrExists) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tree(t, filepath.Join(dir, "hf"))); diff != "" {
		t.Error(diff)
	}
}

// fullDisk takes a number of bytes, over all files.
type fullDisk struct {
	handle
	left *atomic.Int64
}

func (f fullDisk) Write(p []byte) (int, error) {
	if f.left.Add(int64(-len(p))) < 0 {
		return 0, &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	}
	return f.handle.Write(p)
}

func TestDiskFull(t *testing.T) {
	for _, f := range Formats() {
		for room := range 6 {
			dir := t.TempDir()
			write(t, f, dir, Options{}, examples(1))
			before := tree(t, dir)
			s, err := Create(f, dir, Options{Force: true, Negatives: 3, limits: &limits{groupRows: 10, groupBytes: 1 << 20, fileBytes: 1 << 20}})
			if err != nil {
				t.Fatal(err)
			}
			var left atomic.Int64
			left.Store(int64(room * 2000))
			create := s.files.create
			s.files.create = func(name string) (handle, error) {
				h, err := create(name)
				return fullDisk{h, &left}, err
			}
			for _, ex := range examples(100) {
				if err = s.Write(ex); err != nil {
					break
				}
			}
			if err == nil {
				_, err = s.Commit(info)
			}
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("%s with room for %d: %v", f, room*2000, err)
			}
			if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
				t.Errorf("%s with room for %d: the old export changed: %s", f, room*2000, diff)
			}
		}
	}
}
