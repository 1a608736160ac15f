package export

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"hardneg"
)

// format is one layout of a data set. Its file registers it at start-up; nothing else names it.
type format struct {
	name   string
	row    string    // what one row is: a sentence of the card
	tasks  []string  // task categories of the Hub
	tags   []string  // tags of the Hub besides those that every set has
	usage  []snippet // how the split SPLIT is loaded, by trainer
	limits []string  // sentences for the card's Limits
	scores bool      // every text must have a score
	flat   bool      // a text is one string with its title, if it has one, in a row or for who trains on it
	fixed  bool      // every row has the same number of negatives, Options.Negatives
	spares bool      // it has a place for spares, where they are asked for
	parts  bool      // a query has several rows, which follow one another
	asks   bool      // it has a place for hard queries, where the run makes them: a row needs no negative beside one

	// configs is what the Hub calls configurations, the tables of the data set. Most formats have one, named default.
	configs func(Options) []config

	// open starts a data set. A format that has a set of files a split uses perSplit.
	open func(*Files, Options) (layout, error)

	// read visits the rows of one data file in order, for Check; columns are those that the manifest names, size is in bytes. A format of
	// several tables has tables instead.
	read   func(columns []Column, r io.ReaderAt, size int64, visit visitor) error
	tables *tableReaders
}

// config is one table of a data set.
type config struct {
	name    string
	files   string // pattern of its files; SPLIT stands for each split that has a row
	columns []Column
	foreign bool // in files of another kind than the other tables: the datasets library loads all tables of a set by one reader
}

// relations is the name of the table that refers to the others, where there are several.
const relations = "qrels"

// snippet shows how a program loads the data.
type snippet struct{ trainer, language, code string }

// oneConfig is the configs of a format with one table.
func oneConfig(files string, columns func(Options) []Column) func(Options) []config {
	return func(o Options) []config { return []config{{name: "default", files: files, columns: columns(o)}} }
}

// visitor is given the rows of a file, numbered from 1, or why one cannot be read.
type visitor func(n int, r row, err error)

// each is for files of which every row can be read, or none.
func (visit visitor) each(n int, r row) { visit(n, r, nil) }

// layout takes the examples of a data set in the order of their query ids. It counts each row it writes in the file that
// holds it, and writes an example before it returns or holds no more than a bounded number of them.
type layout interface {
	Write(hardneg.Example) error
	Close() error // completes the files
}

// Column is a column of the rows. Type is string, int64, float64, list<T> or list, whose elements are structs of Fields.
// Config is the table it belongs to, where there are several.
type Column struct {
	Config   string   `json:"config,omitempty"`
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Nullable bool     `json:"nullable,omitempty"`
	Fields   []Column `json:"fields,omitempty"`
	About    string   `json:"-"` // for the card
}

var formats = map[string]*format{}

// register adds a format; two of one name are a bug.
func register(f *format) {
	if formats[f.name] != nil {
		panic("export: format " + f.name + " is registered twice")
	}
	formats[f.name] = f
}

// Formats is the sorted names of the known formats.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

func lookup(name string) (*format, error) {
	if f := formats[name]; f != nil {
		return f, nil
	}
	return nil, fmt.Errorf("%w %q; known: %s", ErrUnknownFormat, name, strings.Join(Formats(), ", "))
}

// perSplit is a layout made of one for each split that has a row; a split without one has no file.
type perSplit struct {
	open func(split string) layout
	by   map[string]layout
}

func newPerSplit(open func(split string) layout) *perSplit {
	return &perSplit{open: open, by: map[string]layout{}}
}

func (p *perSplit) Write(ex hardneg.Example) error {
	if p.by[ex.Split] == nil {
		p.by[ex.Split] = p.open(ex.Split)
	}
	return p.by[ex.Split].Write(ex)
}

func (p *perSplit) Close() error {
	for _, split := range splits {
		if l := p.by[split]; l != nil {
			if err := l.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}
