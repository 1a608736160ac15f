package config

import (
	"bytes"
	"cmp"
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
	c, places, variables, err := l.lay(text, s)
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

// ReadRun reads as much of section run as there is, whatever is wrong elsewhere: where a run is, and who is told of its end.
func ReadRun(s Sources) Run {
	l := &loader{layers: newLayers(), sections: map[string]place{}, file: cmp.Or(s.File, defaultFile)}
	text, err := readFile(l.file)
	if err != nil {
		return Run{}
	}
	c, places, _, err := l.lay(text, s)
	if err != nil {
		return Run{}
	}
	l.rebase(c, places)
	return c.Run
}

// lay lays the sources over each other. What is wrong in them is noted, and left out.
func (l *loader) lay(text []byte, s Sources) (*Config, map[string]place, []assignment, error) {
	leaves(fromGo(*Defaults(), schema, l.unwritten()), schema, nil, l.layers.setDefault)
	if !l.readFile(text) {
		return nil, nil, nil, l.found // whatever else is said of a text that can't be read is a ghost
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
	return c, places, variables, err
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
