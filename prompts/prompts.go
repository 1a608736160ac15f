// Package prompts owns the texts that models read: the templates and their rendering.
//
// A template file defines "system", the static part, which is the same for every request of a stage so that servers can
// cache it, and "user", the variable part; and "first" where the user part is the second turn of a conversation. Whatever comes from a corpus or a model is data: it is never parsed as a
// template, and it stands between fences that its author cannot guess. A prompt's version is the hash of its text.
package prompts

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"text/template"

	"hardneg"
)

//go:embed *.tmpl
var builtin embed.FS

// Set is the built-in templates and those of a user's folder, which replace built-in ones of the same name.
type Set struct {
	byName map[string]*Template
}

// Template is one prompt.
type Template struct {
	Name string
	Text string
	Hash string // of the text, 12 hexadecimal digits
	File string // where it was read, "" if built in
	id   string // made once; "" for one that was not parsed
	tmpl *template.Template
}

// ID is name@hash, which is recorded with everything the prompt makes.
func (t *Template) ID() string {
	if t.id == "" {
		return t.Name + "@" + t.Hash
	}
	return t.id
}

// Load reads the built-in templates and those of dir ("" for none), and tries every one of them with sample data, so
// that a wrong variable is found before anything is paid for.
func Load(dir string) (*Set, error) {
	s := &Set{byName: map[string]*Template{}}
	if err := s.addFS(builtin, ""); err != nil {
		return nil, err
	}
	if dir == "" {
		return s, nil
	}
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return nil, fmt.Errorf("prompts.dir: %s is not a folder", dir)
	}
	return s, s.addFS(os.DirFS(dir), dir)
}

func (s *Set) addFS(fsys fs.FS, dir string) error {
	names, err := fs.Glob(fsys, "*.tmpl")
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("prompt %s: %w", name, err)
		}
		file := ""
		if dir != "" {
			file = filepath.Join(dir, name)
		}
		t, err := parse(strings.TrimSuffix(name, ".tmpl"), string(b), file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		s.byName[t.Name] = t
	}
	return errors.Join(errs...)
}

func parse(name, text, file string) (*Template, error) {
	where := file
	if where == "" {
		where = "built-in prompt " + name
	}
	tmpl, err := template.New(name).Option("missingkey=error").Funcs(functions).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	for _, part := range []string{"system", "user"} {
		if tmpl.Lookup(part) == nil {
			return nil, fmt.Errorf(`%s: it must contain {{define %q}}…{{end}}`, where, part)
		}
	}
	sum := sha256.Sum256([]byte(text))
	t := &Template{Name: name, Text: text, Hash: hex.EncodeToString(sum[:6]), File: file, tmpl: tmpl}
	t.id = t.ID()
	if err := t.try(); err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return t, nil
}

// try renders the template with the data of each use; one that fits none is wrong.
func (t *Template) try() error {
	var first error
	for _, use := range uses {
		_, err := t.System(use.system)
		if err == nil {
			_, err = t.First(use.first)
		}
		if err == nil {
			_, err = t.User(use.user)
		}
		if err == nil {
			return nil
		}
		if first == nil || use.prompt == t.Name {
			first = err
		}
	}
	return first
}

// Get returns the template of a name.
func (s *Set) Get(name string) (*Template, error) {
	if t, ok := s.byName[name]; ok {
		return t, nil
	}
	return nil, fmt.Errorf("there is no prompt %q; known: %s", name, strings.Join(s.Names(), ", "))
}

// Names lists the prompts in order.
func (s *Set) Names() []string {
	names := make([]string, 0, len(s.byName))
	for n := range s.byName {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// System renders the static part.
func (t *Template) System(d Static) (string, error) { return t.render("system", d) }

// User renders the variable part; data is one of the …Data types.
func (t *Template) User(data any) (string, error) { return t.render("user", data) }

// First renders the message that a conversation begins with, where the user part is its second turn; "" where there is none.
func (t *Template) First(data any) (string, error) {
	if t.tmpl.Lookup("first") == nil {
		return "", nil
	}
	return t.render("first", data)
}

func (t *Template) render(part string, data any) (string, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := t.tmpl.ExecuteTemplate(b, part, data); err != nil {
		return "", err
	}
	return string(bytes.TrimSpace(b.Bytes())), nil
}

// buffers are used again: a run renders as many prompts as it makes calls.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var functions = template.FuncMap{
	"fence":  fence,
	"slate":  slate,
	"labels": labels,
	"inc":    func(i int) int { return i + 1 },
}

// slate puts each of the texts between its fences, with an empty line before each. It is a range over fence, which costs a twentieth of
// the time of a run when a template does it.
func slate(mark string, texts []LabelledText) string {
	var b strings.Builder
	n := 0
	for _, t := range texts {
		n += len(t.Text) + 2*len(t.Label) + 2*len(mark) + 40
	}
	b.Grow(n)
	for _, t := range texts {
		b.WriteByte('\n')
		writeFence(&b, "passage "+t.Label, mark, t.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

// labels lists the labels of texts.
func labels(texts []LabelledText) string {
	var b strings.Builder
	for i, t := range texts {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(t.Label)
	}
	return b.String()
}

// fence puts text between two marks that carry the fence of the call.
func fence(name, mark, text string) string {
	var b strings.Builder
	b.Grow(len(text) + 2*len(name) + 2*len(mark) + 20)
	writeFence(&b, name, mark, text)
	return b.String()
}

func writeFence(b *strings.Builder, name, mark, text string) {
	end := strings.TrimPrefix(name, "passage ")
	for _, part := range [...]string{"<<<", name, " ", mark, ">>>\n", text, "\n<<<end ", end, " ", mark, ">>>"} {
		b.WriteString(part)
	}
}

// Fence derives the fence of a call. It is a function of the run's seed and of the item only, so that a repeated run asks
// the same; and it occurs in none of the texts it is to enclose.
func Fence(seed int64, stage, input string, sample, attempt int, texts ...string) string {
	for n := 0; ; n++ {
		k := hardneg.KeyOf("fence", strconv.FormatInt(seed, 10), stage, input, strconv.Itoa(sample), strconv.Itoa(attempt),
			strconv.Itoa(n))
		mark := k.String()[:16]
		if !anyContains(texts, mark) {
			return mark
		}
	}
}

func anyContains(texts []string, mark string) bool {
	for _, t := range texts {
		if strings.Contains(t, mark) {
			return true
		}
	}
	return false
}
