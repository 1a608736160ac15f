// Package export writes data sets: one directory a format, DIR/FORMAT, which is complete or absent.
//
// It owns the layouts, what of an example fits them (a fixed number of negatives, a balance of [Origins]), the card (README.md),
// the manifest and the check of a directory against its manifest, which every new one passes before it is put in place. What is a
// positive or a negative is decided before: the examples come in the byte order of their query ids, and one that breaks a promise
// of the data set is refused. The bytes written depend on the examples, the options and the [Info], and on nothing else.
//
// A format is one file, which registers itself; see [format].
package export

import (
	"errors"
	"fmt"

	"hardneg"
)

// What a caller branches on. Errors of a full disk wrap syscall.ENOSPC.
var (
	ErrExists        = errors.New("the export exists already")
	ErrNoRows        = errors.New("the export would have no row")
	ErrUnknownFormat = errors.New("unknown export format")
	ErrForeign       = errors.New("not an export of gen, so it is not replaced")
	ErrNoFolder      = errors.New("the folder of the export can't be made or written to")
	ErrBusy          = errors.New("another process is writing this export")
	ErrID            = errors.New("an id with a line break can't stand in the lines of qrels")
	ErrTwoTexts      = errors.New("this id stands for two texts, and a corpus has one of each")
	ErrNoScore       = errors.New("a text has no score, and the format needs one for each")
	ErrNoSimilarity  = errors.New("a text has no similarity, which is to be its score")
)

var errClosed = errors.New("export: the data set was committed or aborted")

// Options is what the layout of a data set depends on besides its examples.
type Options struct {
	Force     bool   // replace an existing export, which is kept until the new one is complete
	Negatives int    // negatives of a row, in formats with a fixed number
	Pick      string // which negatives these are; one of Picks, "" is PickHardness
	Prompt    string // instruction for the queries, in formats that have one
	Weighted  bool   // negatives have a weight, which formats hf and jsonl give

	Similarities bool   // texts have a similarity, for which formats hf and jsonl have a column
	Scores       string // one of Scores: what order texts are in, and which scores formats with scores give; "" is ScoresJudge

	HardQueries bool // the run makes hard queries, for which hf and jsonl have a column
	Spares      bool // what is left over of the run's pools is given, for which formats hf and jsonl have a column

	Origins *Origins // what all examples have, for a data set that is balanced by it; nil for one that is not

	limits *limits // of Parquet files; nil is defaultLimits
}

// Set is a data set that is being written. It is not safe for concurrent use. Exactly one of Commit and Abort ends it;
// any error ends it too, with its temporary files removed.
type Set struct {
	format *format
	opts   Options
	place  *place
	files  *Files
	layout layout

	last   string          // query id of the last row
	worst  hardneg.Grade   // the highest grade of a negative
	plans  map[string]*mix // of the balance by split, if there is one
	counts fitCounts
	shares map[string]*Share // by split
	tally  tally
	err    error // why nothing can be done with it any more
}

// Create starts the data set DIR/FORMAT in a temporary directory beside it. Errors are ErrUnknownFormat, ErrExists
// (without Force), ErrForeign, ErrNoFolder, ErrBusy and those of the file system. What killed processes left behind is tidied up first.
func Create(formatName, dir string, o Options) (*Set, error) {
	f, err := lookup(formatName)
	if err != nil {
		return nil, err
	}
	p, err := claim(dir, f.name, o.Force)
	if err != nil {
		return nil, err
	}
	files, err := newFiles(p.temp())
	if err != nil {
		p.release()
		return nil, fmt.Errorf("export %s: %w", f.name, err)
	}
	s := &Set{format: f, opts: o, place: p, files: files, shares: map[string]*Share{}, tally: newTally()}
	s.tally.pooled = s.spares()
	if f.fixed && o.Negatives < 1 {
		return nil, s.fail(fmt.Errorf("rows of %d negatives are asked for: export.negatives must be 1 or more", o.Negatives))
	}
	s.plans = f.plans(o)
	if s.layout, err = f.open(files, o); err != nil {
		return nil, s.fail(err)
	}
	return s, nil
}

// Write adds one example. Its query id must be above that of the example before, it must have positives, and negatives or hard queries,
// and its texts must be valid; anything else is a bug of the caller, and ends the set.
func (s *Set) Write(ex hardneg.Example) error {
	if s.err != nil {
		return s.err
	}
	if !s.spares() {
		ex.Spares = nil
	}
	if err := validate(ex, s.last); err != nil {
		return s.fail(err)
	}
	if err := s.scored(ex); err != nil {
		return s.fail(err)
	}
	s.last = ex.QueryID
	ex, ok := s.fit(ex)
	if !ok {
		return nil
	}
	shown := ex
	if s.format.flat {
		shown = evenTitles(shown)
	}
	if s.format.scores && s.opts.Scores == ScoresDense {
		shown = scoredBySimilarity(shown)
	}
	if err := s.layout.Write(shown); err != nil {
		return s.fail(err)
	}
	s.share(ex)
	s.tally.add(ex)
	for _, texts := range [...][]hardneg.Text{ex.Negatives, ex.Spares} {
		for i := range texts {
			s.worst = max(s.worst, texts[i].Grade)
		}
	}
	return nil
}

// spares reports whether rows have a column for spares.
func (s *Set) spares() bool { return s.format.spares && s.opts.Spares }

// scored refuses a text without a score where the format needs one: a score that nobody gave is never made up.
func (s *Set) scored(ex hardneg.Example) error {
	dense := s.opts.Scores == ScoresDense // then texts stand in the order of their similarities, whatever the format
	if !s.format.scores && !dense {
		return nil
	}
	return eachText(ex, func(t hardneg.Text) error {
		switch {
		case dense && t.Similarity == nil:
			return fmt.Errorf("query %q, text %q: %w", ex.QueryID, t.DocID, ErrNoSimilarity)
		case !dense && !t.HasScore:
			return fmt.Errorf("query %q, text %q: %w", ex.QueryID, t.DocID, ErrNoScore)
		}
		return nil
	})
}

// HasSpares reports whether a format has a column for spares.
func HasSpares(formatName string) bool {
	return formats[formatName] != nil && formats[formatName].spares
}

// NeedsScores reports whether a format needs a score of every text.
func NeedsScores(formatName string) bool {
	return formats[formatName] != nil && formats[formatName].scores
}

// Rows is the number of rows written so far, by split.
func (s *Set) Rows() map[string]int64 { return rowsOf(s.files.list()) }

// Commit completes the data set, puts it in its place and returns its manifest. ErrNoRows says that there was nothing to
// write and that nothing was written; after any error what stood there before stands there still.
func (s *Set) Commit(info Info) (Manifest, error) {
	if s.err != nil {
		return Manifest{}, s.err
	}
	m, err := s.commit(info)
	if err != nil {
		return Manifest{}, s.fail(err)
	}
	s.err = errClosed
	s.place.release()
	return m, nil
}

func (s *Set) commit(info Info) (Manifest, error) {
	if err := s.layout.Close(); err != nil {
		return Manifest{}, err
	}
	if len(s.Rows()) == 0 {
		return Manifest{}, ErrNoRows
	}
	if s.worst > info.maxNegative() {
		return Manifest{}, fmt.Errorf("a negative of grade %s is above the %s that the data set allows", s.worst, info.maxNegative())
	}
	m, err := s.describe(info)
	if err != nil {
		return Manifest{}, err
	}
	if err := s.prove(m); err != nil {
		return Manifest{}, err
	}
	if err := s.files.sync(); err != nil {
		return Manifest{}, err
	}
	return m, s.place.install()
}

// prove reads the written files back and checks them as `gen check` does, before anybody else can see them.
func (s *Set) prove(m Manifest) error {
	s.layout = nil // with what it remembers of a corpus
	found, err := verify(s.files.root, s.format, m, s.files.quickSums())
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("the written files break %d promises, the first: %s", len(found), found[0])
	}
	return nil
}

// describe writes the card and then, last of all files, the manifest.
func (s *Set) describe(info Info) (Manifest, error) {
	m := newManifest(s.format, s.opts, info)
	m.Rows = s.Rows()
	m.LeftOut, m.Origins, m.Balanced = s.counts.list(), s.sharesInOrder(), s.plans != nil
	m.Files = s.files.list()
	text, err := card(s, m, info)
	if err != nil {
		return m, err
	}
	if err := s.files.put(cardName, text); err != nil {
		return m, err
	}
	m.Files = s.files.list()
	raw, err := m.encode()
	if err != nil {
		return m, err
	}
	return m, s.files.put(manifestName, raw)
}

// Abort ends the set and removes what it wrote. It is harmless after Commit or another Abort.
func (s *Set) Abort() {
	if s.err == nil {
		_ = s.fail(errClosed)
	}
}

// fail ends the set with err, which it returns with the format's name.
func (s *Set) fail(err error) error {
	s.err = fmt.Errorf("export %s: %w", s.format.name, err)
	s.files.abandon()
	s.place.release()
	return s.err
}

// splits are the splits of a data set, in the order of the card.
var splits = []string{"train", "validation", "test"}

func rowsOf(files []File) map[string]int64 {
	rows := map[string]int64{}
	for _, f := range files {
		if f.holdsExamples() && f.Rows > 0 {
			rows[f.Split] += f.Rows
		}
	}
	return rows
}
