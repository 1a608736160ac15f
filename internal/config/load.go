package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const defaultFile, maxFile = "config.yaml", 1 << 20

// Sources are where a configuration comes from.
type Sources struct {
	File      string   // "" is config.yaml
	FileGiven bool     // by the user
	Optional  bool     // a file that is not there is an empty one
	Sets      []string // of --set: key=value
	Environ   []string // as of os.Environ
	Formats   []string // export formats there are; nil: not checked

	Strategies []StrategyKind // ways of making negatives there are; nil: not checked
	// Prompts names the prompts there are with those of prompts.dir, and says what is wrong with it; nil: not checked.
	Prompts func(dir string) ([]string, error)
	Queries []QueryKind // ways of asking for queries there are; nil: what they show is not checked
	// Examples and Personas say what is wrong with a file of examples or of characters, each line of its own; nil: not checked.
	Examples func(file string, bad bool) error
	Personas func(file string) error
	// Language reports whether a code names a language; nil: not checked.
	Language func(code string) bool
	// Replies says what is wrong with the file of a recorded model that a stage uses, each line of its own; nil: not checked.
	Replies func(file string) error
}

// StrategyKind is what a configuration has to know of a way of making negatives.
type StrategyKind struct {
	Name     string
	Checks   bool                      // another model checks what is written
	Mines    bool                      // it finds passages of the corpus: it asks no model, and takes ranks
	Encodes  bool                      // it asks an encoder for vectors
	Filters  map[string]float64        // what it compares decides by these, with their usual limits, 0 where one has none
	Walks    bool                      // it follows the links of passages, and has no ranks
	Reads    func(variant string) bool // whether its texts depend on the passages of the run; nil: never
	Variants map[string]string         // the prompts of its other forms, "" where one asks no model
}

// QueryKind is what a configuration has to know of a way of asking for queries.
type QueryKind struct {
	Name     string
	Examples bool // it shows examples
	Bad      bool // each with a query that is not wanted
	Personas bool // it shows characters
	Composes bool // its replies have documents beside the query
	Tasks    bool // it is asked for tasks, and for no passages
}

// prompt is the prompt that a variant has by default, "" if it asks no model.
func (k StrategyKind) prompt(variant string) string {
	if k.Mines {
		return ""
	}
	if p, ok := k.Variants[variant]; ok {
		return p
	}
	return k.Name
}

// strategy finds a way of making negatives. One that is not known is taken for one that asks a model.
func (s Sources) strategy(name string) StrategyKind {
	for _, k := range s.Strategies {
		if k.Name == name {
			return k
		}
	}
	return StrategyKind{Name: name}
}

// queries finds the way of asking of a prompt, which is told by its name, or by what stands before a dash in it.
func (s Sources) queries(prompt string) QueryKind {
	found := QueryKind{}
	for _, k := range s.Queries {
		if prompt == k.Name || strings.HasPrefix(prompt, k.Name+"-") && len(k.Name) > len(found.Name) {
			found = k
		}
	}
	return found
}

// loader is one reading of a configuration.
type loader struct {
	trouble
	layers    layers
	models    []string         // names of all models in the file and --set
	sections  map[string]place // where the sections are
	assumed   []string         // models that are not set and have the defaults
	strangers []string         // variables that look like keys and are none
	warnings  []string
	file      string
}

// Load reads the effective configuration: --set over the environment over the file over the defaults. An error of the
// configuration is of type Errors and holds everything that is wrong; nothing is then usable.
func Load(s Sources) (*Config, error) {
	if s.File == "" {
		s.File = defaultFile
	}
	text, err := readFile(s.File)
	if s.Optional && errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		p := Problem{File: s.File, Message: err.Error(), Hint: "name another file with --config FILE"}
		if errors.Is(err, fs.ErrNotExist) {
			p.Message = "there is no such file"
			if !s.FileGiven {
				p.Hint = "go to a folder that has a config.yaml, name one with --config FILE, or start from a copy of the one that is shipped with gen"
			}
		}
		return nil, Errors{p}
	}
	return load(text, s)
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, reason(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, reason(err)
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("larger than %d bytes: this is not a configuration", maxFile)
	}
	return text, nil
}

// reason is an error without the file's name, which stands before the message already.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// load is Load for a file that was read.
func load(text []byte, s Sources) (*Config, error) {
	l := &loader{layers: newLayers(), sections: map[string]place{}, file: s.File}
	leaves(fromGo(*Defaults(), schema, l.unwritten()), schema, nil, l.layers.setDefault)
	if !l.readFile(text) {
		return nil, l.found // whatever else is said of a text that can't be read is a ghost
	}
	sets := l.readSets(s.Sets)
	l.assume()
	model := schema.key("models").elem
	for _, name := range l.models {
		leaves(fromGo(DefaultModel(), model, l.unwritten()), model, []string{"models", name}, l.layers.setDefault)
	}
	variables := l.variables(s.Environ)
	for _, a := range variables {
		l.apply(a, l.layers.merge)
	}
	for _, a := range sets {
		l.apply(a, l.layers.override)
	}
	c, places, err := l.layers.decode()
	if err != nil {
		return nil, err
	}
	l.unknown(c)
	l.rebase(c, places)
	c.settle(s)
	k := &checker{loader: l, Config: c, places: places, sources: s}
	k.check()
	if len(l.found) > 0 {
		l.found.sort()
		return nil, l.found
	}
	k.warn()
	c.Warnings = l.warnings
	c.Unresolved = k.unresolved()
	for _, a := range variables {
		c.Variables = append(c.Variables, strings.TrimPrefix(a.at.file, fromEnv)+"="+a.text)
	}
	return c, nil
}

// unwritten is the place of a default: the file, since that is where a value would be written.
func (l *loader) unwritten() place { return place{file: l.file} }

// rebase puts default paths where they would be had they been written in the file.
func (l *loader) rebase(c *Config, places map[string]place) {
	base, unwritten := filepath.Dir(l.file), l.unwritten()
	if places["run.dir"] == unwritten {
		c.Run.Dir = under(base, c.Run.Dir)
	}
	for i := range c.Corpus.Path {
		if places["corpus.path."+strconv.Itoa(i)] == unwritten {
			c.Corpus.Path[i] = under(base, c.Corpus.Path[i])
		}
	}
}

// readFile checks the file's text and merges what is right in it. It is false if the text is not YAML.
func (l *loader) readFile(text []byte) bool {
	start := place{l.file, 1, 1}
	if !utf8.Valid(text) {
		l.add(start, "", "not valid UTF-8", "save the file as UTF-8")
		return false
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	var doc, next yaml.Node
	if err := d.Decode(&doc); err != nil {
		if !errors.Is(err, io.EOF) {
			l.syntax(err)
		}
		return errors.Is(err, io.EOF)
	}
	if err := d.Decode(&next); !errors.Is(err, io.EOF) {
		l.add(place{l.file, max(next.Line, 1), max(next.Column, 1)}, "", "a second document (---) begins here", "keep one document in the file")
	}
	r := &reader{trouble: &l.trouble, origin: place{file: l.file}, base: filepath.Dir(l.file)}
	if v, ok := r.read(doc.Content[0], schema, "", start, 0); ok {
		leaves(v, schema, nil, l.layers.merge)
		l.note(v, schema, "")
	}
	return true
}

var syntaxLine = regexp.MustCompile(`line (\d+): `)

// syntax reports text that is not YAML.
func (l *loader) syntax(err error) {
	at, message := place{l.file, 1, 1}, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := syntaxLine.FindStringSubmatch(message); m != nil {
		at.line, _ = strconv.Atoi(m[1])
		message = strings.Replace(message, m[0], "", 1)
	}
	l.add(at, "", "not valid YAML: "+message, "look at this line and the one above; values with : or # need quotes")
}

// note remembers what viper does not keep: where sections stand, and models that have no key.
func (l *loader) note(v value, f *field, key string) {
	keys, ok := v.data.(map[string]value)
	if !ok || f.kind != section && f.kind != named {
		return
	}
	l.sections[key] = v.at
	for name, child := range keys {
		inner := f.elem
		if f.kind == section {
			inner = f.key(name)
		} else {
			l.addModel(name)
		}
		l.note(child, inner, join(key, name))
	}
}

func (l *loader) addModel(name string) {
	if i, have := slices.BinarySearch(l.models, name); !have {
		l.models = slices.Insert(l.models, i, name)
	}
}

// readSets reads the --set arguments; they may make models.
func (l *loader) readSets(args []string) []assignment {
	var out []assignment
	for _, arg := range args {
		a, ok := l.parseSet(arg)
		if !ok {
			continue
		}
		out = append(out, a)
		switch {
		case a.field.kind == named: // whatever is wrong in it is reported when it is applied
			r := &reader{trouble: &trouble{}, origin: a.at}
			if v, ok := r.fromText(a); ok {
				for name := range v.data.(map[string]value) {
					l.addModel(name)
				}
			}
		case a.steps[0] == "models":
			l.addModel(a.steps[1])
			if key := "models." + a.steps[1]; l.sections[key] == (place{}) {
				l.sections[key] = a.at
			}
		}
	}
	return out
}
