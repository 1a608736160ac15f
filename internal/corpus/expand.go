package corpus

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Expand turns what the user names into what Open takes. An entry is a file, a folder of a format that is one (BEIR, or a data set of
// the Hub), a plain folder, which stands for its *.csv, *.jsonl, *.parquet, *.tsv and *.txt files, compressed or not and not below it, or a
// glob of these. The result is sorted and free of duplicates. An entry that matches nothing is an *Error that names it.
func Expand(paths []string, o Options) ([]string, error) {
	var all []string
	for _, entry := range paths {
		found, err := expandEntry(entry, o)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.Sort(all)
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(p string) bool {
		key, err := filepath.Abs(p)
		if err != nil {
			key = p
		}
		dup := seen[key]
		seen[key] = true
		return dup
	}), nil
}

// expandEntry takes an entry for a path first: names may hold the characters of globs.
func expandEntry(entry string, o Options) ([]string, error) {
	if _, err := os.Lstat(entry); err == nil || !strings.ContainsAny(entry, `*?[`) {
		return expandPath(entry, o)
	}
	matches, err := filepath.Glob(entry)
	if err != nil {
		return nil, &Error{File: entry, Rule: "no_match", Message: "is not a valid pattern", Err: err,
			Hint: "close each [ with a ]"}
	}
	var all []string
	for _, m := range matches {
		found, err := expandPath(m, o)
		if e, ok := errors.AsType[*Error](err); ok && e.Rule == "no_match" {
			continue // a folder of other things next to what is meant
		}
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, &Error{File: entry, Rule: "no_match", Message: "the pattern matches no file", Hint: "check corpus.path"}
	}
	return all, nil
}

func expandPath(path string, o Options) ([]string, error) {
	info, err := statFile(path)
	if err != nil {
		return nil, err
	}
	path = filepath.Clean(path)
	if !info.IsDir() {
		return []string{path}, nil
	}
	if _, _, ok, err := recognise(path, nil, o.Hub); ok || err != nil {
		return []string{path}, err
	}
	return passageFiles(path)
}

// passageFiles are the files of a plain folder that carry the first ending of a format.
func passageFiles(dir string) ([]string, error) {
	var exts []string
	for f := range each {
		exts = append(exts, f.exts[:min(1, len(f.exts))]...)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, &Error{File: dir, Rule: "stream", Message: "cannot be read", Err: err}
	}
	var found []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if strings.HasPrefix(e.Name(), ".") || !slices.Contains(exts, extOf(path)) {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		return nil, &Error{File: dir, Rule: "no_match",
			Message: fmt.Sprintf("the folder holds no file that ends in .%s", strings.Join(exts, ", .")),
			Hint:    "name the files, and set corpus.format if their names do not tell it"}
	}
	return found, nil
}
