package export

import (
	"errors"
	"io"
	"strings"

	"hardneg"
)

func init() {
	register(&format{
		name:  "beir",
		row:   "One line of qrels per query and text: `corpus.jsonl` and `queries.jsonl` hold them, `qrels/` says which answers which.",
		tasks: []string{"text-retrieval"},
		usage: []snippet{{"BEIR", "python", `from beir.datasets.data_loader import GenericDataLoader

corpus, queries, qrels = GenericDataLoader("path/to/this/directory").load(split="SPLIT")`}},
		limits: []string{onlyPooled, "The corpus is that of all splits. A text that answers a query and belongs to another split is left out of the query's row: it has no line in the qrels, " +
			"and counts as wrong where it is retrieved. Format mteb has a corpus for each split."},
		configs: func(Options) []config {
			return []config{
				{name: "corpus", files: "corpus.jsonl", columns: corpusColumns()},
				{name: "queries", files: "queries.jsonl", columns: questionColumns()},
				{name: relations, files: "qrels/SPLIT.tsv", columns: relationColumns(), foreign: true},
			}
		},
		open: func(f *Files, _ Options) (layout, error) { return newBEIR(f), nil },
		tables: &tableReaders{
			documents: lineTable[document, documentRead](corpusColumns(), takeDocument),
			questions: lineTable[question, questionSum](questionColumns(), takeQuestion),
			relations: readQrels[relationSum],
			heading:   strings.Join(qrelsHead, "\t") + "\n",
		},
	})
}

// lineTable is the [tableReader] of a JSON Lines file.
func lineTable[T, R any](columns []Column, take func(*knownLine) T) tableReader[T, R] {
	return func(r io.ReaderAt, size int64, become func(T) R, visit func(n int, v R, err error)) error {
		return readLines(io.NewSectionReader(r, 0, size), columns, take, become, visit)
	}
}

// beirLayout writes corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv. BEIR's own sets have a key metadata, which its reader ignores;
// an empty one can't be converted to Parquet, so there is none.
type beirLayout struct {
	corpus  *lines[document]
	queries *lines[question]
	qrels   map[string]*qrelsFile
	files   *Files
	known   written
}

func newBEIR(f *Files) *beirLayout {
	return &beirLayout{
		corpus:  &lines[document]{files: f, as: File{Path: "corpus.jsonl", Config: "corpus"}, write: writeDocument},
		queries: &lines[question]{files: f, as: File{Path: "queries.jsonl", Config: "queries"}, write: writeQuestion},
		qrels:   map[string]*qrelsFile{}, files: f, known: written{},
	}
}

func (l *beirLayout) Write(ex hardneg.Example) error {
	err := eachText(ex, func(t hardneg.Text) error {
		isNew, err := l.known.first(t)
		if err != nil || !isNew {
			return err
		}
		return l.corpus.add(document{t.DocID, t.Title, t.Text})
	})
	if err != nil {
		return err
	}
	if err := l.queries.add(question{ex.QueryID, ex.Query}); err != nil {
		return err
	}
	if l.qrels[ex.Split] == nil {
		l.qrels[ex.Split] = &qrelsFile{files: l.files, split: ex.Split}
	}
	return l.qrels[ex.Split].add(relationsOf(ex))
}

func writeDocument(l *jsonLine, d document) {
	l.text(`{"_id":`, d.ID)
	l.text(`,"title":`, d.Title)
	l.text(`,"text":`, d.Text)
	l.raw("}")
}

func takeDocument(l *knownLine) (d document) {
	d.ID = l.text(`{"_id":`)
	d.Title = l.text(`,"title":`)
	d.Text = l.text(`,"text":`)
	l.raw("}")
	return d
}

func writeQuestion(l *jsonLine, q question) {
	l.text(`{"_id":`, q.ID)
	l.text(`,"text":`, q.Text)
	l.raw("}")
}

func takeQuestion(l *knownLine) (q question) {
	q.ID = l.text(`{"_id":`)
	q.Text = l.text(`,"text":`)
	l.raw("}")
	return q
}

func (l *beirLayout) Close() error {
	err := errors.Join(l.corpus.Close(), l.queries.Close())
	for _, split := range splits {
		if q := l.qrels[split]; q != nil {
			err = errors.Join(err, q.close())
		}
	}
	return err
}
