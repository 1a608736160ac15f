package corpus

import (
	"fmt"

	"github.com/parquet-go/parquet-go"
)

// input is one open file, how to read it, and the ledger in which it is counted.
type input struct {
	*stream
	o     Options
	led   *ledger
	spare []byte // room for lines, of a reader that has ended
	pass  int    // over the files, from 0
	split string // of a file of judgements

	unread unread
	byID   bool // the rows name their texts by ids

	parquet *parquet.File // nil unless the file is one
}

// bad notes a bad line. lines is how many lines are lost with it.
func (in *input) bad(line, lines int, p Problem) {
	p.File, p.Line = in.path, line
	in.led.bad(p, int64(lines))
}

// readFiles runs one reader over files, as long as *going holds.
func (s *Source) readFiles(led *ledger, files []string, read func(*input) error, going *bool) error {
	for _, path := range files {
		if !*going {
			return nil
		}
		if err := s.readFile(led, path, read); err != nil {
			return err
		}
	}
	return nil
}

func (s *Source) readFile(led *ledger, path string, read func(*input) error) error {
	if s.closed {
		return &Error{File: path, Rule: "closed", Message: "the source was closed before it was read"}
	}
	if p, f, err := openParquet(path, s.opened[path]); p != nil || err != nil {
		if err != nil {
			return err
		}
		defer f.Close()
		if err := read(&input{stream: &stream{path: path}, o: s.o, led: led, parquet: p, split: s.lay.splitOf(path), unread: s.unread, byID: s.byID}); err != nil {
			return err
		}
		return (&guard{path: path, f: f, want: s.opened[path]}).changed()
	}
	st, err := openStream(path, s.opened[path])
	if err != nil {
		return err
	}
	defer st.close()
	return read(&input{stream: st, o: s.o, led: led, split: s.lay.splitOf(path), unread: s.unread, byID: s.byID})
}

// toldProblems is how many bad lines the error of a file without a good one names.
const toldProblems = 5

// noRecords is the error of a file in which nothing good was found. It names the first bad lines, as nothing else tells of them.
func noRecords(path, what string, st Stats, bad []Problem) *Error {
	e := &Error{File: path, Rule: "empty", Message: "holds no " + what, Hint: "check that it is the right file"}
	if st.Bad > 0 {
		e.Message = fmt.Sprintf("holds no %s: all %d lines are bad", what, st.Bad)
		e.Hint = "mend the lines named above, or check that it is the right file"
		told := bad[:min(len(bad), toldProblems)]
		for _, p := range told {
			e.Message += "\n  " + p.String()
		}
		if len(told) > 0 && st.Bad > int64(len(told)) {
			e.Message += "\n  …"
		}
	}
	return e
}

// keptProblems is how many bad lines are kept in full; the others are only counted.
const keptProblems = 20

// Stats are counts of lines. A line is what holds a record: for csv a row, for text a paragraph (the blank lines
// between paragraphs are not counted). A bad csv row counts every line of the file that it covers, so that a stray quote
// that swallows a thousand lines weighs as much. Headers are not counted. Lines = Good + Bad + Blank.
type Stats struct {
	Lines, Good, Bad, Blank int64
	BadByRule               map[string]int64 // sums up to Bad; nil if there is none
	// Control counts good passages and queries that hold control characters other than tab and line end. They are kept as they are.
	Control int64
}

func (s *Stats) add(o Stats) {
	s.Lines += o.Lines
	s.Good += o.Good
	s.Bad += o.Bad
	s.Blank += o.Blank
	s.Control += o.Control
	for rule, n := range o.BadByRule {
		if s.BadByRule == nil {
			s.BadByRule = map[string]int64{}
		}
		s.BadByRule[rule] += n
	}
}

// ledger counts the lines of one kind of record and keeps the first problems.
type ledger struct {
	stats    Stats
	problems []Problem
}

func (l *ledger) good() { l.stats.add(Stats{Lines: 1, Good: 1}) }

func (l *ledger) blank() { l.stats.add(Stats{Lines: 1, Blank: 1}) }

func (l *ledger) bad(p Problem, lines int64) {
	l.stats.add(Stats{Lines: lines, Bad: lines, BadByRule: map[string]int64{p.Rule: lines}})
	if len(l.problems) < keptProblems {
		l.problems = append(l.problems, p)
	}
}
