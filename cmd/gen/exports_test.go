package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"hardneg/internal/export"
	"hardneg/internal/mockllm"
	"hardneg/store"
)

// newOfflineLab is a lab whose models are the built-in rules, for tests of what surrounds the pipeline.
func newOfflineLab(t *testing.T, passages int) *lab {
	t.Helper()
	l := newLab(t, passages, mockllm.Config{})
	l.write("config.yaml", offlineConfig)
	return l
}

const offlineConfig = `run: {dir: run, seed: 7}
corpus: {path: [corpus.jsonl]}
models:
  writer: {provider: offline}
  judge_small: {provider: offline}
  judge_large: {provider: offline}
export: {formats: [jsonl]}
`

func TestADamagedExportIsWrittenAgain(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 30)
	l.must(0, "run")
	folder := filepath.Join("run", "export")
	data := filepath.Join(l.dir, folder, "jsonl", "data", "train.jsonl")
	want := l.sums(folder)
	for name, damage := range map[string]func() error{
		"truncated": func() error { return os.Truncate(data, 10) },
		"deleted":   func() error { return os.Remove(data) },
		"a byte":    func() error { return flipByte(data) },
		"a byte, with the time of modification put back": func() error {
			info, err := os.Stat(data)
			if err != nil {
				return err
			}
			return errors.Join(flipByte(data), os.Chtimes(data, info.ModTime(), info.ModTime()))
		},
		"no card": func() error { return os.Remove(filepath.Join(l.dir, folder, "jsonl", "README.md")) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if r := l.must(0, "run"); strings.Contains(r.out+r.err, "unchanged") {
			t.Errorf("%s: said to be unchanged:\n%s%s", name, r.out, r.err)
		}
		if got := l.sums(folder); !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	if r := l.must(0, "run"); !strings.Contains(r.out, "unchanged") {
		t.Errorf("a whole export is not said to be unchanged:\n%s%s", r.out, r.err)
	}
}

// flipByte changes one byte in place.
func flipByte(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	var b [1]byte
	_, err = f.ReadAt(b[:], 40)
	b[0] ^= 1
	_, again := f.WriteAt(b[:], 40)
	return errors.Join(err, again, f.Close())
}

// An export that was copied has other inodes and times: it is read once and then known again.
func TestACopiedExportIsReadOnce(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 10)
	l.must(0, "run")
	stamp := func() string {
		st, err := store.Open(filepath.Join(l.dir, "run"), store.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		b, err := st.Meta(t.Context(), "export jsonl")
		var w written
		if err := errors.Join(err, json.Unmarshal(b, &w)); err != nil {
			t.Fatal(err)
		}
		return w.Stamp
	}
	first := stamp()
	data := filepath.Join(l.dir, "run", "export", "jsonl", "data", "train.jsonl")
	b, err := os.ReadFile(data)
	if err := errors.Join(err, os.WriteFile(data, b, 0o600)); err != nil {
		t.Fatal(err)
	}
	if r := l.must(0, "run"); !strings.Contains(r.out, "unchanged") {
		t.Errorf("the same bytes were written anew:\n%s", r.out)
	}
	if runtime.GOOS != "linux" {
		return // nothing tells there that a file is what it was
	}
	second := stamp()
	if first == "" || second == "" || first == second {
		t.Errorf("stamps %q and %q", first, second)
	}
	if l.must(0, "run"); stamp() != second {
		t.Error("remembered anew without a change")
	}
}

func TestExportsToWhereNoneCanBeAreUsageErrors(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 30)
	l.must(0, "run")
	l.write("f", "mine")
	for want, args := range map[string][]string{
		"can't be made or written to": {"--format", "jsonl", "--out", "f"},
		"not a directory":             {"--format", "jsonl", "--out", "f/x"},
		"hf is named twice":           {"--format", "hf,jsonl,hf", "--out", "data"},
	} {
		r := l.must(2, append([]string{"export"}, args...)...)
		if !strings.Contains(r.err, want) || !strings.Contains(r.err, "hint: name") || strings.Contains(r.err, "internal error") {
			t.Errorf("%v: lacks %q:\n%s", args, want, r.err)
		}
	}
}

func TestAFolderThatIsNoExportIsNotReplaced(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 30)
	for _, dir := range []string{"data/jsonl", "run/export/jsonl"} {
		if err := os.MkdirAll(filepath.Join(l.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
		l.write(dir+"/thesis.txt", "mine")
	}
	r := l.must(2, "run")
	if !strings.Contains(r.err, "not an export of gen") || !strings.Contains(r.err, "hint: name another folder") {
		t.Errorf("gen run:\n%s", r.err)
	}
	if _, err := os.Stat(filepath.Join(l.dir, "run", "run.db")); err == nil {
		t.Error("work was begun whose export has no place")
	}
	l.must(0, "run", "--set", "export.dir=elsewhere")
	l.write("file", "mine")
	if r := l.must(2, "run", "--set", "export.dir=../file"); !strings.Contains(r.err, "is not a folder") {
		t.Errorf("an export.dir that is a file:\n%s", r.err)
	}
	for _, args := range [][]string{{}, {"--force"}} {
		if r := l.must(2, append([]string{"export", "--format", "jsonl", "--out", "data"}, args...)...); !strings.Contains(r.err, "not an export of gen") {
			t.Errorf("gen export %v:\n%s", args, r.err)
		}
	}
	for _, dir := range []string{"data/jsonl", "run/export/jsonl"} {
		if b, err := os.ReadFile(filepath.Join(l.dir, dir, "thesis.txt")); err != nil || string(b) != "mine" {
			t.Errorf("%s: %q, %v", dir, b, err)
		}
	}
	l.must(0, "export", "--format", "jsonl", "--out", "other")
	l.must(0, "export", "--format", "jsonl", "--out", "other", "--force")
}

func TestErrorsOfExportsAreNoBugs(t *testing.T) {
	for want, errs := range map[int][]error{
		exitUsage:   {export.ErrExists, export.ErrForeign, export.ErrNoFolder, export.ErrUnknownFormat},
		exitInUse:   {export.ErrBusy},
		exitPartial: {export.ErrNoRows},
		exitStorage: {fmt.Errorf("%w: %w", export.ErrNoFolder, syscall.ENOSPC), &fs.PathError{Op: "write", Err: syscall.EROFS}, &fs.PathError{Op: "write", Err: syscall.EFBIG}},
	} {
		for _, err := range errs {
			if got := codeOf(fmt.Errorf("export hf: %w", err)); got != want {
				t.Errorf("%v exits %d, want %d", err, got, want)
			}
			if want == exitStorage && !strings.Contains(hintOf(err), "make room") {
				t.Errorf("%v: hint %q", err, hintOf(err))
			}
		}
	}
}
