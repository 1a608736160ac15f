package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Result is what Check found in one directory.
type Result struct {
	Dir        string
	Manifest   Manifest
	Violations []Violation
}

// CheckAll checks dir, if it is an export, or else every export directly below it, by name. A folder with the name of a format is
// meant to be one: without its manifest it is broken, not absent. To find none is an error that is fs.ErrNotExist.
func CheckAll(dir string) ([]Result, error) {
	dirs, err := exportsIn(dir)
	if err != nil {
		return nil, err
	}
	var all []Result
	for _, d := range dirs {
		m, v, err := Check(d)
		if errors.Is(err, fs.ErrNotExist) {
			v, err = []Violation{{File: manifestName, Rule: RuleMissing, Message: "is not there, so nothing says what the other files are to hold"}}, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, Result{Dir: d, Manifest: m, Violations: v})
	}
	return all, nil
}

func exportsIn(dir string) ([]string, error) {
	if Stands(dir) {
		return []string{dir}, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") { // being written, or left behind
			continue
		}
		if at := filepath.Join(dir, e.Name()); Stands(at) || e.IsDir() && namedAsFormat(at) {
			dirs = append(dirs, at)
		}
	}
	if len(dirs) > 0 {
		return dirs, nil
	}
	if namedAsFormat(dir) && len(entries) > 0 {
		return []string{dir}, nil
	}
	return nil, fmt.Errorf("no %s in %s or directly below it: %w", manifestName, dir, fs.ErrNotExist)
}

// Stands reports whether a directory is an export.
func Stands(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, manifestName))
	return err == nil
}

func namedAsFormat(dir string) bool {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return formats[filepath.Base(dir)] != nil
}
