package corpus

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// hubFiles are the data files of a directory and its folders, sorted, with / between the parts of their names.
func hubFiles(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != dir && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return filepath.SkipDir
			}
		case !d.IsDir() && slices.Contains([]string{"parquet", "jsonl", "ndjson", "json", "csv"}, extOf(path)):
			names = append(names, nameIn(dir, path))
		}
		return nil
	})
	if err != nil {
		return nil, &Error{File: dir, Rule: "stream", Message: "cannot be read", Err: err}
	}
	slices.Sort(names)
	return names, nil
}

// splitWords are the names of splits that the Hub knows files by, as words of a file's name.
var splitWords = []struct {
	split string
	words *regexp.Regexp
}{
	{"train", regexp.MustCompile(`(^|[^A-Za-z])(train|training)([^A-Za-z]|$)`)},
	{"validation", regexp.MustCompile(`(^|[^A-Za-z])(validation|valid|val|dev)([^A-Za-z]|$)`)},
	{"test", regexp.MustCompile(`(^|[^A-Za-z])(test|testing|eval|evaluation)([^A-Za-z]|$)`)},
}

// splitsByName sorts files by the splits that their names tell.
func splitsByName(names []string, dir string) (out []hubSplit) {
	for _, s := range splitWords {
		var files []string
		for _, n := range names {
			if rest, ok := strings.CutPrefix(n, joined(dir, "")); ok && s.words.MatchString(rest) {
				files = append(files, n)
			}
		}
		if len(files) > 0 {
			out = append(out, hubSplit{name: s.split, files: files})
		}
	}
	return out
}

// globOf is a pattern of the Hub: * within a folder, ** across folders.
func globOf(pattern string) *regexp.Regexp {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**/"):
			b.WriteString("(.*/)?")
			i += 2
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case c == '?':
			b.WriteString("[^/]")
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.MustCompile("^" + b.String() + "$")
}
