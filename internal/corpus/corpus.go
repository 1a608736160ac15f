package corpus

import (
	"errors"
	"io/fs"
	"iter"
	"os"

	"hardneg"
)

// DefaultMaxLine is the length, in bytes, above which a line or record is refused.
const DefaultMaxLine = 16 << 20

// Fields names the fields (columns) of a record. "" is detected: _id, id or docid; title; text, contents or passage. A
// name that is given must be there: a record without the named id is a Problem, a table without the column an Error. Links are only read
// where they are named, and a record may have none.
type Fields struct{ ID, Title, Text, Links string }

// Options says how to read. The zero value detects everything.
type Options struct {
	Format  string // one of Formats; "" or "auto" detects by content, then by name
	Fields  Fields
	Chunk   Chunk
	Hub     Hub
	IDs     IDs
	MaxLine int // bytes of one line or record; 0 or less is DefaultMaxLine

	texts bool // a tableOfTexts is read
}

// Record is a passage and where it stands.
type Record struct {
	Passage hardneg.Passage
	File    string   // as given to Open; for a folder, joined with the file's name
	Line    int      // from 1; where the record starts
	GivenID bool     // the id stood in the file; else it is TextID of the text
	Links   []string // ids that the record refers to, each once, without its own; whether they exist is the caller's to check
}

// Query is a query of the user's own.
type Query struct {
	ID, Text string
	File     string
	Line     int
}

// Judgement is one line of qrels: how relevant a passage is to a query, on the file's own scale.
type Judgement struct {
	QueryID, PassageID string
	Grade              int
	Split              string // train, dev, test, …: the split of the qrels, or the name of their file
	File               string
	Line               int
}

// Source is one file or folder of passages. It is not safe for concurrent use. Each sequence may be run again; it then
// starts from the beginning, and its counts and problems with it.
type Source struct {
	path   string
	o      Options
	form   *format
	lay    layout
	opened map[string]os.FileInfo // as Open saw the files; a later difference is an error
	closed bool
	byID   bool

	passages, queries, judgements, rows ledger
	unread                              unread
}

// Open looks at a file, or a folder of a format that is one, and settles its format. It reads no more than the first
// 64 KiB of each file. All its errors are *Error.
func Open(path string, o Options) (*Source, error) {
	if o.MaxLine <= 0 {
		o.MaxLine = DefaultMaxLine
	}
	info, err := statFile(path)
	if err != nil {
		return nil, err
	}
	s := &Source{path: path, o: o, opened: map[string]os.FileInfo{}, unread: unread{}}
	if info.IsDir() {
		s.form, s.lay, err = folderFormat(path, o)
	} else {
		s.lay = layout{passages: []string{path}}
	}
	if o.texts {
		s.form = tableOfTexts
	}
	if err != nil {
		return nil, err
	}
	if err := s.probe(); err != nil {
		return nil, err
	}
	if err := s.needsTexts(); err != nil {
		return nil, err
	}
	if o.Chunk.MaxWords > 0 && s.HasQueries() {
		return nil, &Error{File: path, Rule: "chunk", Message: "has qrels that name whole documents, which corpus.chunk would split",
			Hint: "set corpus.chunk.max_words to 0, or import its passages alone: name its corpus file"}
	}
	return s, nil
}

// probe opens every file once, so that a wrong encoding or compression shows before anything is read, and chooses the
// format of a single file.
func (s *Source) probe() error {
	for i, path := range s.lay.files() {
		info, err := statFile(path)
		if err != nil {
			return err
		}
		s.opened[path] = info
		sh, opened, empty := shapeOf(path, info)
		if opened != nil {
			return opened
		}
		if i >= len(s.lay.passages) { // the passages come first; an empty file of queries or qrels is no error here
			continue
		}
		if empty != nil {
			return empty
		}
		if s.form == nil {
			if s.form, err = chooseFormat(path, sh, s.o); err != nil {
				return err
			}
		}
		if err := s.form.reads(path, sh); err != nil {
			return err
		}
		if i == 0 && s.form.byID != nil {
			s.byID = s.form.byID(sh, s.o)
		}
	}
	return nil
}

// statFile is os.Stat with an instruction, for what can be read: regular files and folders, links followed.
func statFile(path string) (os.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &Error{File: path, Rule: "missing", Message: "no such file or folder", Err: fs.ErrNotExist,
			Hint: "check corpus.path; in the config file it is relative to that file, in flags to the working directory"}
	case err != nil:
		return nil, &Error{File: path, Rule: "stream", Message: "cannot be read", Err: err}
	case !info.IsDir() && !info.Mode().IsRegular():
		return nil, &Error{File: path, Rule: "not_regular", Message: "is not a regular file",
			Hint: "save the data to a file first: it has to be read more than once"}
	}
	return info, nil
}

// Format is the name of the format that is read.
func (s *Source) Format() string { return s.form.name }

// Path is the path as given to Open.
func (s *Source) Path() string { return s.path }

// Files are the files that are read: passages, then queries, then qrels by name.
func (s *Source) Files() []string { return s.lay.files() }

// UnreadParts are the names of files and configs of a folder that belong to it and are not read.
func (s *Source) UnreadParts() []string { return s.lay.unread }

// HasQueries reports whether the source brings queries with judgements.
func (s *Source) HasQueries() bool { return s.lay.hasQueries() }

// Passages yields the good records in the order of the file. A non-nil error is an *Error and ends the sequence: the
// file is broken, changed, or held no passage (rule "empty"). Bad lines are counted in Stats and kept in Problems.
func (s *Source) Passages() iter.Seq2[Record, error] {
	read := s.form.read
	if s.o.Chunk.MaxWords > 0 && !s.IsSet() {
		read = func(in *input, emit func(Record) bool) error {
			return s.form.read(in, func(r Record) bool { return s.o.Chunk.split(r, emit) })
		}
	}
	return sequence(s, &s.passages, "passages", s.lay.passages, read)
}

// Queries yields the queries; nothing without HasQueries. Errors and bad lines are as in Passages.
func (s *Source) Queries() iter.Seq2[Query, error] {
	if !s.HasQueries() {
		return func(func(Query, error) bool) {}
	}
	return sequence(s, &s.queries, "queries", s.lay.queries, s.form.queries)
}

// Judgements yields the lines of the qrels, file by file; nothing without HasQueries. Whether their ids exist is the
// caller's to check. Errors and bad lines are as in Passages.
func (s *Source) Judgements() iter.Seq2[Judgement, error] {
	if !s.HasQueries() {
		return func(func(Judgement, error) bool) {}
	}
	return sequence(s, &s.judgements, "judgements", pathsOf(s.lay.judgements), s.form.judgements)
}

// Problems are the first 20 bad lines: of the passages, then of the queries, then of the judgements.
func (s *Source) Problems() []Problem {
	var all []Problem
	for _, l := range []*ledger{&s.passages, &s.queries, &s.judgements, &s.rows} {
		all = append(all, l.problems...)
	}
	return all[:min(len(all), keptProblems)]
}

// Stats are the counts of what has been read so far, all files together.
func (s *Source) Stats() Stats {
	var sum Stats
	for _, l := range []*ledger{&s.passages, &s.queries, &s.judgements, &s.rows} {
		sum.add(l.stats)
	}
	return sum
}

// Close ends the use of the source: a sequence that is started later fails. A running sequence closes its own file.
func (s *Source) Close() error {
	s.closed = true
	return nil
}

// sequence makes the iterator of one kind of record over its files.
func sequence[T any](s *Source, led *ledger, what string, files []string,
	read func(*input, func(T) bool) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		*led = ledger{}
		going := true
		emit := func(v T) bool {
			going = yield(v, nil)
			return going
		}
		err := s.readFiles(led, files, func(in *input) error { return read(in, emit) }, &going)
		if err == nil && going && led.stats.Good == 0 && what != "judgements" {
			err = noRecords(files[0], what, led.stats, led.problems)
		}
		if err != nil && going {
			var none T
			yield(none, err)
		}
	}
}
