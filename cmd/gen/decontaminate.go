package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"hardneg"
	"hardneg/internal/corpus"
	"hardneg/internal/text"
)

// overlapWords is the length of a run of words that two texts don't share by chance.
const overlapWords = 13

// testQueries is what is remembered of the queries of tests, by hashes: normal forms, and runs of 13 words.
type testQueries struct {
	number int64
	equal  map[uint64]bool
	runs   map[uint64]bool
}

// readTestQueries reads folders in BEIR format: of queries.jsonl those that qrels/test.tsv names, or all where there is none.
func readTestQueries(dirs []string) (*testQueries, error) {
	t := &testQueries{equal: map[uint64]bool{}, runs: map[uint64]bool{}}
	for _, dir := range dirs {
		only, err := testedIn(filepath.Join(dir, "qrels", "test.tsv"))
		if err != nil {
			return nil, err
		}
		if err := t.read(filepath.Join(dir, "queries.jsonl"), only); err != nil {
			return nil, err
		}
	}
	return t, nil
}

const decontaminateHint = "export.decontaminate names folders in BEIR format: queries.jsonl, and qrels/test.tsv where not all are of the test"

func (t *testQueries) read(file string, only map[string]bool) error {
	src, err := corpus.Open(file, corpus.Options{Format: "jsonl"})
	if err != nil {
		return &failure{code: exitUsage, err: fmt.Errorf("export.decontaminate: %w", err), hint: decontaminateHint}
	}
	defer src.Close()
	for q, err := range src.Passages() {
		if err != nil {
			return err
		}
		if only == nil || only[q.Passage.ID] {
			t.add(q.Passage.Text)
		}
	}
	if bad := src.Problems(); len(bad) > 0 { // a query that was not read is one that is trained on
		return usage("put the line right, or take the folder out", "export.decontaminate: %s:%d: %s", bad[0].File, bad[0].Line, bad[0].Message)
	}
	return nil
}

func (t *testQueries) add(query string) {
	t.number++
	t.equal[text.Sum(query)] = true
	for _, r := range text.Runs(query, overlapWords) {
		t.runs[r] = true
	}
}

// testedIn is the ids of the queries in qrels, nil without the file.
func testedIn(file string) (map[string]bool, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	ids := map[string]bool{}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return ids, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		ids[fields[0]] = true // the heading is the id of no query
	}
}

// digest names the test queries by what they ask.
func (t *testQueries) digest() string {
	if t == nil {
		return ""
	}
	h := sha256.New()
	for _, known := range []map[uint64]bool{t.equal, t.runs} {
		for _, sum := range slices.Sorted(maps.Keys(known)) {
			_ = binary.Write(h, binary.BigEndian, sum)
		}
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sees reports whether a text has 13 words in a row in common with a test query.
func (t *testQueries) sees(s string) bool {
	if len(t.runs) == 0 {
		return false
	}
	for _, r := range text.Runs(s, overlapWords) {
		if t.runs[r] {
			return true
		}
	}
	return false
}

// quoted reports whether a text, read as it is trained on, after its title, has 13 words in a row in common with a test query.
func (t *testQueries) quoted(x hardneg.Text) bool { return t.sees(x.Title + " " + x.Text) }

// contaminated counts and reports a query that a test asks, or one whose passage or text quotes one.
func (e *exporter) contaminated(query string, source hardneg.Text) bool {
	switch {
	case e.tests == nil:
		return false
	case e.tests.equal[text.Sum(query)]:
		e.refuses(countTestQuery, "a test has the same query")
	case e.tests.sees(query) || e.tests.quoted(source):
		e.refuses(countTestOverlap, "the query or its passage has 13 words in a row of a test query")
	default:
		return false
	}
	return true
}

// dropQuotes leaves out the texts that quote a test query.
func (e *exporter) dropQuotes(texts []hardneg.Text) (clean []hardneg.Text) {
	if e.tests == nil {
		return texts
	}
	for i := range texts {
		if e.tests.quoted(texts[i]) {
			e.leaves(countTestText, &texts[i], "it has 13 words in a row of a test query")
		} else {
			clean = append(clean, texts[i])
		}
	}
	return clean
}
