package corpus

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// format is one way in which passages are written down. Its file registers it; nothing else knows its name.
type format struct {
	name string
	// exts are name endings without the dot. The first is picked up from a plain folder, all tell the format of a file
	// whose content does not.
	exts []string
	// claims reports whether the head of a file (up to 64 KiB, never empty) shows this format; nil never does. It must
	// not claim what another format could claim too.
	claims func(head []byte, o Options) bool
	// layout recognises a folder; nil for formats that are one file.
	layout func(dir string, choice Hub) (layout, bool, error)
	// anyKind lets the files of a folder be Parquet too; those of formats that are told by columns may always.
	anyKind bool

	// columns reports whether records with these fields are of this format; nil for formats that are not told by them.
	columns func(names []string) bool

	// The readers go to the end of one file, emit what is good and note what is not. They stop, without an error, when
	// emit returns false. queries and judgements may be nil where layout is.
	read       func(in *input, emit func(Record) bool) error
	queries    func(in *input, emit func(Query) bool) error
	judgements func(in *input, emit func(Judgement) bool) error
	rows       func(in *input, emit func(Row) bool) error // of a training set; nil for passages
	byID       func(sh shape, o Options) bool             // whether a training set names its texts by ids; nil: it never does
	twice      bool                                       // rows takes two passes over the files
}

// layout says which files of a source hold what.
type layout struct {
	passages   []string
	queries    []string    // none if there is none
	judgements []splitFile // by split and name
	unread     []string    // parts of the source, by name, that are not read
}

func (l layout) hasQueries() bool { return len(l.queries) > 0 && len(l.judgements) > 0 }

// splitOf is the split of a file of judgements.
func (l layout) splitOf(path string) string {
	for _, j := range l.judgements {
		if j.path == path {
			return j.split
		}
	}
	return ""
}

// files are those that are read, passages first. Queries without judgements are not.
func (l layout) files() []string {
	if !l.hasQueries() {
		return l.passages
	}
	return slices.Concat(l.passages, l.queries, pathsOf(l.judgements))
}

var formats = map[string]*format{}

// register adds a format. It is called while the package's variables are set, hence the result.
func register(f format) bool {
	if formats[f.name] != nil {
		panic("corpus: format " + f.name + " is registered twice")
	}
	formats[f.name] = &f
	return true
}

// Formats are the names that Options.Format takes besides "auto", sorted.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

// each yields the formats by name, so that detection does not depend on the order of a map.
func each(yield func(*format) bool) {
	for _, name := range Formats() {
		if !yield(formats[name]) {
			return
		}
	}
}

// asked returns the format that the user named, nil for auto.
func asked(path, name string) (*format, error) {
	if name == "" || name == "auto" {
		return nil, nil
	}
	if f := formats[name]; f != nil {
		return f, nil
	}
	return nil, &Error{File: path, Rule: "format", Message: fmt.Sprintf("format %q is unknown", name),
		Hint: "known formats: auto, " + strings.Join(Formats(), ", ")}
}

// folderFormat settles the files of a folder, and its format where that is a folder's; else the files tell it.
func folderFormat(dir string, o Options) (*format, layout, error) {
	want, err := asked(dir, o.Format)
	if err != nil {
		return nil, layout{}, err
	}
	if form, lay, ok, err := recognise(dir, want, o.Hub); ok || err != nil {
		return form, lay, err
	}
	if want != nil && want.layout == nil {
		return nil, layout{}, &Error{File: dir, Rule: "format", Message: "is a folder, format " + o.Format + " is a file",
			Hint: "name its files, for example " + filepath.Join(dir, "*."+want.ext())}
	}
	return nil, layout{}, &Error{File: dir, Rule: "folder", Message: "is a folder without corpus.jsonl, and no data set of the Hub",
		Hint: "name its files, for example " + filepath.Join(dir, "*.jsonl")}
}

// recognise finds what a folder is: of a format that is one, or a data set of the Hub, whose files tell the format; ok is false for a folder
// that is neither. want is the format that the user named, nil for auto.
func recognise(dir string, want *format, choice Hub) (form *format, lay layout, ok bool, err error) {
	for f := range each {
		if f.layout == nil || want != nil && f != want {
			continue
		}
		if lay, ok, err := f.layout(dir, choice); ok || err != nil {
			return f, lay, ok, err
		}
	}
	if want != nil && want.layout != nil {
		return nil, layout{}, false, nil
	}
	lay, ok, err = hubLayout(dir, choice)
	return want, lay, ok, err
}

// ext is the ending that files of a format usually have.
func (f *format) ext() string {
	switch {
	case len(f.exts) > 0:
		return f.exts[0]
	case f.columns == nil:
		return "tsv"
	}
	return "jsonl"
}

// extOf is the ending of a name in lower case without the dot, that of a compressed file being the one before.
func extOf(path string) string {
	return strings.TrimPrefix(filepath.Ext(uncompressed(strings.ToLower(path))), ".")
}

// uncompressed is the name without the ending that compression adds.
func uncompressed(name string) string {
	for _, end := range compressedExts {
		if short, ok := strings.CutSuffix(name, end); ok {
			return short
		}
	}
	return name
}

// compressedExts are the endings of compressed files, with the dot.
var compressedExts = []string{".gz", ".zst"}
