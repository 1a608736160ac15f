package corpus

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
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

// hubLayout recognises the directory of a data set as it is downloaded, see hubConfigs, and finds the files of the config and split that
// are asked for.
func hubLayout(dir string, choice Hub) (layout, bool, error) {
	configs, names, err := hubConfigs(dir, choice)
	if err != nil || len(configs) == 0 {
		return layout{}, false, err
	}
	c, err := chooseConfig(dir, configs, choice.Config)
	if err != nil {
		return layout{}, true, err
	}
	found, err := chooseSplits(dir, c, names, choice.Split)
	if err != nil {
		return layout{}, true, err
	}
	return layout{passages: pathsOf(found)}, true, nil
}

// hubConfigs are the configs of a directory, and the names of its data files: the configs of the front matter of its README.md, or else
// the tables of a retrieval set by the names of folders, or else one config of the splits that the names of its files tell. There are none
// if it is no data set.
func hubConfigs(dir string, choice Hub) (configs []hubConfig, names []string, err error) {
	configs, err = declaredConfigs(dir)
	if err != nil {
		return nil, nil, err
	}
	if len(configs) > 0 {
		if names, err = hubFiles(dir, everyFolder); err != nil {
			return nil, nil, err
		}
		for i, c := range configs {
			if c.missing {
				configs[i].splits = splitsByName(names, c.dir)
			}
		}
		return configs, names, nil
	}
	if configs, names, err = tablesByName(dir); err != nil || len(configs) > 0 {
		return configs, names, err
	}
	return configByName(dir, choice)
}

// hasConfigs reports whether a directory has configs by its card, or by the names of its tables.
func hasConfigs(dir string) (bool, error) {
	configs, err := declaredConfigs(dir)
	if err != nil || len(configs) > 0 {
		return len(configs) > 0, err
	}
	configs, _, err = tablesByName(dir)
	return len(configs) > 0, err
}

// declaredConfigs are the configs that the card of a directory declares.
func declaredConfigs(dir string) ([]hubConfig, error) {
	path := filepath.Join(dir, "README.md")
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return nil, &Error{File: path, Rule: "stream", Message: "cannot be read", Err: err}
	}
	return frontConfigs(path, text)
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
				h.splits[i].patterns[k] = joined(c.Dir, strings.TrimPrefix(p, "./"))
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
