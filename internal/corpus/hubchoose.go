package corpus

import (
	"fmt"
	"path/filepath"
	"slices"
)

func chooseConfig(dir string, configs []hubConfig, want string) (hubConfig, error) {
	var names []string
	for _, c := range configs {
		names = append(names, c.name)
	}
	fit := func(c hubConfig) bool { return c.name == want }
	if want == "" {
		fit = func(c hubConfig) bool { return len(configs) == 1 || c.isMain }
		if !slices.ContainsFunc(configs, fit) {
			fit = func(c hubConfig) bool { return c.name == "default" }
		}
	}
	if i := slices.IndexFunc(configs, fit); i >= 0 {
		return configs[i], nil
	}
	if want != "" {
		names = append(setNames(configs), names...)
		return hubConfig{}, &Error{File: dir, Rule: ruleChoice, Message: fmt.Sprintf("has no config %q; it has %s", want, listed(names)),
			Hint: "name one of them as corpus.hub.config"}
	}
	return hubConfig{}, severalConfigs(dir, names)
}

func severalConfigs(dir string, names []string) *Error {
	return &Error{File: dir, Rule: "ambiguous", Message: "has several configs: " + listed(names),
		Hint: "name one: corpus.hub.config, or --set corpus.hub.config=" + names[0]}
}

// ruleChoice is the rule of errors about a config or a split that is asked for and does not exist: the config of the program is at
// fault, not the data.
const ruleChoice = "choice"

// everySplit is the name by which all splits are asked for.
const everySplit = "all"

// splitFile is a file of a split.
type splitFile struct{ split, path string }

func pathsOf(files []splitFile) (paths []string) {
	for _, f := range files {
		paths = append(paths, f.path)
	}
	return paths
}

func (c hubConfig) splitNames() (names []string) {
	for _, s := range c.splits {
		names = append(names, s.name)
	}
	return names
}

// chooseSplits finds the files of the split that is asked for, those of each once.
func chooseSplits(dir string, c hubConfig, names []string, want string) (found []splitFile, err error) {
	splits := c.splitNames()
	switch {
	case len(splits) == 0:
		return nil, &Error{File: dir, Rule: "no_match", Message: "config " + c.name + " has no files here", Hint: "download the data set whole, with its files"}
	case want == "" && len(splits) > 1:
		return nil, &Error{File: dir, Rule: "ambiguous", Message: "has several splits: " + listed(splits),
			Hint: "name one, or all: corpus.hub.split, or --set corpus.hub.split=" + splits[0]}
	case want != "" && want != everySplit && !slices.Contains(splits, want):
		return nil, noSplit(dir, want, splits)
	}
	have := map[string]bool{}
	for _, s := range c.splits {
		if want != "" && want != everySplit && s.name != want {
			continue
		}
		files := s.among(names)
		if len(files) == 0 {
			return nil, &Error{File: dir, Rule: "no_match", Message: fmt.Sprintf("split %s of config %s names %s, which is not here", s.name, c.name, listed(s.patterns)),
				Hint: "download the data set whole, with its files"}
		}
		for _, n := range files {
			if path := filepath.Join(dir, filepath.FromSlash(n)); !have[path] {
				have[path] = true
				found = append(found, splitFile{s.name, path})
			}
		}
	}
	return found, nil
}

// noSplit is the error of a split that is asked for and does not exist.
func noSplit(where, want string, splits []string) *Error {
	e := &Error{File: where, Rule: ruleChoice, Message: fmt.Sprintf("has no split %q; it has %s", want, listed(splits)), Hint: "name one of them as corpus.hub.split, or all"}
	if len(splits) == 0 {
		e.Message, e.Hint = fmt.Sprintf("has no split %q: neither a README.md nor the names of its files tell of any", want), "leave corpus.hub.split out, or name the files themselves"
	}
	return e
}

// among are the files of a split among those of the directory.
func (s hubSplit) among(names []string) []string {
	files := slices.Clone(s.files)
	for _, p := range s.patterns {
		re := globOf(p)
		for _, n := range names {
			if re.MatchString(n) {
				files = append(files, n)
			}
		}
	}
	return files
}
