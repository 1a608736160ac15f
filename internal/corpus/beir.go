package corpus

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// beir: a folder of corpus.jsonl, and if there are own queries, queries.jsonl and qrels/SPLIT.tsv; each may be compressed.
// Passages need ids here, as qrels name them.
var _ = register(format{
	name:   "beir",
	layout: beirLayout,
	read: func(in *input, emit func(Record) bool) error {
		return readJSONL(in, newSchema(in.o.Fields, true), emit)
	},
	queries:    readQueries,
	judgements: readQrels,
})

// beirLayout reports the files of a folder that has a corpus.jsonl. Its splits are its qrels. Where it has none in TSV, or where a config is
// asked for, the configs of a data set tell what it is, if it has some.
func beirLayout(dir string, choice Hub) (l layout, ok bool, err error) {
	found, err := oneOf(dir, "corpus.jsonl")
	if err != nil || found == "" {
		return l, false, err
	}
	if l.judgements, err = qrelsOf(filepath.Join(dir, "qrels")); err != nil {
		return l, false, err
	}
	if len(l.judgements) == 0 || choice.Config != "" {
		if other, err := hasConfigs(dir); err != nil || other {
			return layout{}, false, err
		}
	}
	if choice.Config != "" {
		return l, false, &Error{File: dir, Rule: ruleChoice, Message: fmt.Sprintf("has no config %q: it is a folder of passages, which has none", choice.Config),
			Hint: "leave corpus.hub.config out; corpus.hub.split chooses among qrels"}
	}
	if l.judgements, err = chosenQrels(dir, l.judgements, choice.Split); err != nil {
		return l, false, err
	}
	queries, err := oneOf(dir, "queries.jsonl")
	if queries != "" {
		l.queries = []string{queries}
	}
	if queries != "" && len(l.judgements) == 0 {
		l.unread = []string{filepath.Base(queries) + " (there are no qrels for it)"}
	}
	l.passages = []string{found}
	return l, err == nil, err
}

// chosenQrels are the qrels of the split that is asked for: all of them where none is.
func chosenQrels(dir string, all []splitFile, want string) ([]splitFile, error) {
	if want == "" || want == everySplit {
		return all, nil
	}
	var names []string
	var found []splitFile
	for _, f := range all {
		names = append(names, f.split)
		if f.split == want {
			found = append(found, f)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	if len(names) > 0 {
		return nil, noSplit(filepath.Join(dir, "qrels"), want, names)
	}
	return nil, &Error{File: dir, Rule: ruleChoice, Message: fmt.Sprintf("has no split %q: there are no qrels, by which a BEIR folder is split", want),
		Hint: "leave corpus.hub.split out, or add qrels/" + want + ".tsv"}
}

// oneOf finds a file under its name or that of a compressed copy; "" if there is none, an error if there are several.
func oneOf(dir, name string) (string, error) {
	var found []string
	for _, end := range append([]string{""}, compressedExts...) {
		path := filepath.Join(dir, name+end)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			found = append(found, path)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", ambiguous(found)
}

func ambiguous(found []string) *Error {
	return &Error{File: found[0], Rule: "ambiguous", Message: "stands there twice: " + strings.Join(found, ", "),
		Hint: "remove all but one"}
}

// qrelsOf lists the qrels of a folder, which may not exist.
func qrelsOf(dir string) ([]splitFile, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, &Error{File: dir, Rule: "stream", Message: "cannot be read", Err: err}
	}
	var found []splitFile
	splits := map[string]string{}
	for _, e := range entries {
		name := e.Name()
		if e.Type()&fs.ModeDir != 0 || strings.HasPrefix(name, ".") || filepath.Ext(uncompressed(name)) != ".tsv" {
			continue
		}
		path := filepath.Join(dir, name)
		if other := splits[splitOf(path)]; other != "" {
			return nil, ambiguous([]string{other, path})
		}
		splits[splitOf(path)] = path
		found = append(found, splitFile{splitOf(path), path})
	}
	return found, nil // in the order of their names, as os.ReadDir has it
}

// splitOf is the name of a qrels file without its endings.
func splitOf(path string) string {
	return strings.TrimSuffix(uncompressed(filepath.Base(path)), ".tsv")
}

// readQueries reads queries.jsonl. The user's names for fields are for passages; queries have BEIR's.
func readQueries(in *input, emit func(Query) bool) error {
	return readJSONL(in, newSchema(Fields{}, true), func(r Record) bool {
		return emit(Query{ID: r.Passage.ID, Text: r.Passage.Text, File: r.File, Line: r.Line})
	})
}

// readQrels reads query-id, corpus-id, score. Readers of BEIR skip the first line unseen; here it is skipped only if it
// is a header, as a judgement is not to be lost.
func readQrels(in *input, emit func(Judgement) bool) error {
	cut, err := cutterOf(in)
	if err != nil {
		return err
	}
	var cells [][]byte
	first := true
	return in.eachLine(bytes.TrimSpace, func(line []byte, n int) (bool, error) {
		cells = cut(line, cells)
		j, p := judgementOf(line, cells)
		isHeader := first && p != nil && p.Rule == "grade"
		first = false
		if isHeader {
			return true, nil
		}
		return in.judge(j, p, n, emit), nil
	})
}

// judge hands out a judgement, or notes why it is none.
func (in *input) judge(j Judgement, p *Problem, line int, emit func(Judgement) bool) bool {
	if p != nil {
		in.bad(line, 1, *p)
		return true
	}
	j.Split, j.File, j.Line = in.split, in.path, line
	in.led.good()
	return emit(j)
}

func judgementOf(line []byte, cells [][]byte) (Judgement, *Problem) {
	if p := badBytes(line); p != nil {
		return Judgement{}, p
	}
	if len(cells) != 3 {
		return Judgement{}, &Problem{Rule: "columns",
			Message: fmt.Sprintf("has %d cells, not query-id, corpus-id and score; part them by tabs", len(cells))}
	}
	j := Judgement{QueryID: string(cells[0]), PassageID: string(cells[1])}
	for i, name := range []string{"query-id", "corpus-id"} {
		if len(bytes.TrimSpace(cells[i])) == 0 {
			return j, &Problem{Field: name, Rule: "id", Message: "is empty; name the id"}
		}
	}
	var err error
	if j.Grade, err = strconv.Atoi(string(bytes.TrimSpace(cells[2]))); err != nil {
		return j, &Problem{Field: "score", Rule: "grade", Message: fmt.Sprintf("%q is not an integer", cut(string(cells[2])))}
	}
	return j, nil
}
