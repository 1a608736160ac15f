package corpus

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Hub chooses what is read of a data set directory of the Hugging Face Hub. "" is the only one there is, or the default config; a split
// of several has to be named, or be "all".
type Hub struct{ Config, Split string }

// hubConfig is a config of a data set: its splits in their order, each with the patterns of its files.
type hubConfig struct {
	name    string
	isMain  bool
	splits  []hubSplit
	missing bool // it names no files: they are told by their names
	dir     string
}

type hubSplit struct {
	name     string
	patterns []string
	files    []string // those that are known by their names
}

// hubLayout recognises the directory of a data set as it is downloaded: a README.md whose front matter has configs, or without that a
// folder data with files that are named by splits. It finds the files of the config and split that are asked for.
func hubLayout(dir string, choice Hub) (layout, bool, error) {
	configs, err := hubConfigs(dir)
	if err != nil || len(configs) == 0 {
		return layout{}, false, err
	}
	c, err := chooseConfig(dir, configs, choice.Config)
	if err != nil {
		return layout{}, true, err
	}
	names, err := hubFiles(dir)
	if err != nil {
		return layout{}, true, err
	}
	if c.missing {
		c.splits = splitsByName(names, c.dir)
	}
	found, err := chooseSplits(dir, c, names, choice.Split)
	if err != nil {
		return layout{}, true, err
	}
	return layout{passages: found[0], more: found[1:]}, true, nil
}

// hubConfigs are the configs of a directory; none if it is no data set.
func hubConfigs(dir string) ([]hubConfig, error) {
	path := filepath.Join(dir, "README.md")
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return nil, &Error{File: path, Rule: "stream", Message: "cannot be read", Err: err}
	}
	configs, err := frontConfigs(path, text)
	if err != nil || len(configs) > 0 {
		return configs, err
	}
	names, err := hubFiles(filepath.Join(dir, "data"))
	if err != nil || len(splitsByName(names, "")) == 0 {
		return nil, nil // a plain folder, or none at all: others say what is wrong with it
	}
	return []hubConfig{{name: "default", missing: true, dir: "data"}}, nil
}

// frontConfigs reads the configs of the front matter.
func frontConfigs(path string, text []byte) ([]hubConfig, error) {
	text = bytes.ReplaceAll(text, []byte("\r\n"), newline)
	body, ok := bytes.CutPrefix(text, []byte("---\n"))
	if !ok {
		return nil, nil
	}
	front, _, ok := bytes.Cut(body, []byte("\n---"))
	if !ok {
		return nil, nil
	}
	var card struct {
		Configs []struct {
			Name  string    `yaml:"config_name"`
			Main  bool      `yaml:"default"`
			Dir   string    `yaml:"data_dir"`
			Files yaml.Node `yaml:"data_files"`
		} `yaml:"configs"`
	}
	if err := yaml.Unmarshal(front, &card); err != nil {
		return nil, &Error{File: path, Rule: "card", Message: "its front matter cannot be read", Err: err,
			Hint: "mend it, or name the files themselves"}
	}
	var out []hubConfig
	for _, c := range card.Configs {
		h := hubConfig{name: cmp.Or(c.Name, "default"), isMain: c.Main, dir: c.Dir, missing: c.Files.IsZero()}
		var err error
		if h.splits, err = dataFiles(&c.Files); err != nil {
			return nil, &Error{File: path, Rule: "card", Message: "data_files of config " + h.name + ": " + err.Error(), Hint: "name the files themselves"}
		}
		for i, s := range h.splits {
			for k, p := range s.patterns {
				h.splits[i].patterns[k] = joined(c.Dir, p)
			}
		}
		out = append(out, h)
	}
	return out, nil
}

// dataFiles reads data_files, which may be a pattern, a list of them, a list of splits with a path each, or splits by name.
func dataFiles(n *yaml.Node) ([]hubSplit, error) {
	switch n.Kind {
	case 0:
		return nil, nil
	case yaml.ScalarNode:
		return []hubSplit{{name: "train", patterns: []string{n.Value}}}, nil
	case yaml.MappingNode:
		var out []hubSplit
		for i := 0; i+1 < len(n.Content); i += 2 {
			patterns, err := patternsOf(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			out = append(out, hubSplit{name: n.Content[i].Value, patterns: patterns})
		}
		return out, nil
	}
	if patterns, err := patternsOf(n); err == nil {
		return []hubSplit{{name: "train", patterns: patterns}}, nil
	}
	var out []hubSplit
	for _, item := range n.Content {
		var s struct {
			Split string
			Path  yaml.Node
		}
		if err := item.Decode(&s); err != nil || s.Split == "" {
			return nil, fmt.Errorf("line %d is no split with its path", item.Line+1)
		}
		patterns, err := patternsOf(&s.Path)
		if err != nil {
			return nil, err
		}
		out = append(out, hubSplit{name: s.Split, patterns: patterns})
	}
	return out, nil
}

func patternsOf(n *yaml.Node) (out []string, err error) {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}, nil
	}
	for _, item := range n.Content {
		if n.Kind != yaml.SequenceNode || item.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d is no pattern of files", n.Line+1)
		}
		out = append(out, item.Value)
	}
	return out, nil
}

func joined(dir, pattern string) string {
	if dir == "" {
		return pattern
	}
	return strings.TrimSuffix(dir, "/") + "/" + pattern
}

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
	e := &Error{File: dir, Rule: "ambiguous", Message: "has several configs: " + listed(names), Hint: "name one: corpus.hub.config, or --set corpus.hub.config=" + names[0]}
	if want != "" {
		e.Rule, e.Message = "no_match", fmt.Sprintf("has no config %q; it has %s", want, listed(names))
	}
	return hubConfig{}, e
}

// everySplit is the name by which all splits are asked for.
const everySplit = "all"

func chooseSplits(dir string, c hubConfig, names []string, want string) ([]string, error) {
	var splits, found []string
	for _, s := range c.splits {
		splits = append(splits, s.name)
	}
	switch {
	case len(splits) == 0:
		return nil, &Error{File: dir, Rule: "no_match", Message: "config " + c.name + " has no files here", Hint: "download the data set whole, with its files"}
	case want == "" && len(splits) > 1:
		return nil, &Error{File: dir, Rule: "ambiguous", Message: "has several splits: " + listed(splits),
			Hint: "name one, or all: corpus.hub.split, or --set corpus.hub.split=" + splits[0]}
	case want != "" && want != everySplit && !slices.Contains(splits, want):
		return nil, &Error{File: dir, Rule: "no_match", Message: fmt.Sprintf("has no split %q; it has %s", want, listed(splits)),
			Hint: "name one of them as corpus.hub.split, or all"}
	}
	for _, s := range c.splits {
		if want != "" && want != everySplit && s.name != want {
			continue
		}
		files := s.files
		for _, p := range s.patterns {
			re := globOf(p)
			for _, n := range names {
				if re.MatchString(n) {
					files = append(files, n)
				}
			}
		}
		for _, n := range files {
			if path := filepath.Join(dir, filepath.FromSlash(n)); !slices.Contains(found, path) {
				found = append(found, path)
			}
		}
		if len(files) == 0 {
			return nil, &Error{File: dir, Rule: "no_match", Message: fmt.Sprintf("split %s of config %s names %s, which is not here", s.name, c.name, listed(s.patterns)),
				Hint: "download the data set whole, with its files"}
		}
	}
	return found, nil
}
