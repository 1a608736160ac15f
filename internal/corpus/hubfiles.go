package corpus

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// dataExts are the endings of data files of the Hub.
var dataExts = []string{"parquet", "jsonl", "ndjson", "json", "csv", "tsv"}

// notData are JSON files that stand beside the data and describe it.
var notData = []string{"dataset_infos.json", "dataset_info.json", "dataset_dict.json", "state.json", "manifest.json", "croissant.json"}

// everyFolder lets hubFiles look into all folders.
func everyFolder(string) bool { return true }

// hubFiles are the data files of a directory and of its folders into which the caller wants to look, sorted, with / between the parts of
// their names. The first parameter of into is the name of a folder in the directory.
func hubFiles(dir string, into func(folder string) bool) (names []string, err error) {
	root, err := filepath.EvalSymlinks(dir) // a link to a directory is not walked
	if err != nil {
		root = dir
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name := nameIn(root, path)
		switch {
		case err != nil:
			return err
		case path == root:
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") || !strings.Contains(name, "/") && !into(name)):
			return filepath.SkipDir
		case !d.IsDir() && !strings.HasPrefix(d.Name(), ".") && slices.Contains(dataExts, extOf(path)) && !slices.Contains(notData, d.Name()):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return nil, &Error{File: dir, Rule: "stream", Message: "cannot be read", Err: err}
	}
	slices.Sort(names)
	return names, nil
}

// configByName is a data set without a card: the files of its folder data, or else its own and those of folders that are named by splits.
// Unless a config or a split is asked for, a folder is one only if all of its files belong to splits, and to several.
func configByName(dir string, choice Hub) ([]hubConfig, []string, error) {
	asked := choice.Config != "" || choice.Split != "" && choice.Split != everySplit
	into := func(folder string) bool { return folder == "data" || splitOfName(folder) != "" }
	if asked {
		into = everyFolder
	}
	names, err := hubFiles(dir, into)
	if err != nil {
		return nil, nil, err
	}
	one := func(splits []hubSplit) []hubConfig {
		return []hubConfig{{name: "default", splits: calledAs(choice.Split, splits)}}
	}
	if splits := splitsByName(names, "data"); len(splits) > 0 {
		return one(splits), names, nil
	}
	splits := splitsByName(names, "")
	if asked && (len(splits) > 0 || choice.Config != "") {
		return one(splits), names, nil
	}
	if asked {
		return nil, nil, noSplit(dir, choice.Split, nil)
	}
	told := 0
	for _, s := range splits {
		told += len(s.files)
	}
	plain := len(splits) == 1 && !strings.Contains(splits[0].files[0], "/")
	if len(splits) == 0 || told < len(names) || plain {
		return nil, nil, nil // a folder of files: others say what is wrong with it, if anything is
	}
	return one(splits), names, nil
}

// calledAs lets a split be asked for by another of its words: files named dev are of split validation.
func calledAs(want string, splits []hubSplit) []hubSplit {
	known := splitOfName(want)
	if known == "" || !wholeWord.MatchString(want) {
		return splits
	}
	has := func(name string) func(hubSplit) bool { return func(s hubSplit) bool { return s.name == name } }
	if i := slices.IndexFunc(splits, has(known)); i >= 0 && !slices.ContainsFunc(splits, has(want)) {
		splits[i].name = want
	}
	return splits
}

var wholeWord = regexp.MustCompile(`^[A-Za-z]+$`)

// splitWords are the names of splits that the Hub knows files and folders by, as words of a name.
var splitWords = []struct {
	split string
	words *regexp.Regexp
}{
	{"train", regexp.MustCompile(`(^|[^A-Za-z])(train|training)([^A-Za-z]|$)`)},
	{"validation", regexp.MustCompile(`(^|[^A-Za-z])(validation|valid|val|dev)([^A-Za-z]|$)`)},
	{"test", regexp.MustCompile(`(^|[^A-Za-z])(test|testing|eval|evaluation)([^A-Za-z]|$)`)},
}

// shardName is the name of one of several files of a split, which may have any name in folder data.
var shardName = regexp.MustCompile(`^data/([^/]+)-\d{5}-of-\d{5}\.[^/]*$`)

// splitOfName is the split that the name of a file or folder tells, "" if it tells none.
func splitOfName(name string) string {
	for _, s := range splitWords {
		if s.words.MatchString(name) {
			return s.split
		}
	}
	return ""
}

// splitOfFile is the split of a file in a folder, "" for the directory itself: that of its own name, or else that of the innermost folder
// that tells one.
func splitOfFile(name, folder string) string {
	if m := shardName.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	for _, part := range slices.Backward(strings.Split(strings.TrimPrefix(name, joined(folder, "")), "/")) {
		if split := splitOfName(part); split != "" {
			return split
		}
	}
	return ""
}

// splitsByName sorts files of a folder, "" for all of the directory, by the splits that their names tell: first those that the Hub knows.
func splitsByName(names []string, dir string) (out []hubSplit) {
	files := map[string][]string{}
	var order []string
	for _, s := range splitWords {
		order = append(order, s.split)
	}
	for _, n := range names {
		split := splitOfFile(n, dir)
		if !strings.HasPrefix(n, joined(dir, "")) || split == "" {
			continue
		}
		if files[split] = append(files[split], n); !slices.Contains(order, split) {
			order = append(order, split)
		}
	}
	for _, split := range order {
		if len(files[split]) > 0 {
			out = append(out, hubSplit{name: split, files: files[split]})
		}
	}
	return out
}

// globOf is a pattern of the Hub: * within a folder, ** across folders, [ ] one of several characters.
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
		case c == '[' && classOf(pattern[i:]) != "":
			class := classOf(pattern[i:])
			b.WriteString(strings.Replace(class, "[!", "[^", 1))
			i += len(class) - 1
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.MustCompile("^" + b.String() + "$")
}

var charClass = regexp.MustCompile(`^\[!?[\w.](-[\w.]|[\w.])*\]`)

// classOf is the set of characters with which a pattern goes on, "" if it is none.
func classOf(pattern string) string {
	class := charClass.FindString(pattern)
	if _, err := regexp.Compile(strings.Replace(class, "[!", "[^", 1)); err != nil {
		return ""
	}
	return class
}
