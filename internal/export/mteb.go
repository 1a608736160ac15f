package export

import (
	"errors"
	"io"
	"strings"
	"unsafe"

	"github.com/parquet-go/parquet-go"

	"hardneg"
)

func init() {
	register(&format{
		name:  "mteb",
		row:   "One row of `qrels` per query and text; `corpus` and `queries` hold them, for each split its own.",
		tasks: []string{"text-retrieval"},
		tags:  []string{"mteb"},
		usage: []snippet{{"MTEB", "python", `from datasets import load_dataset

corpus, queries, qrels = (load_dataset("path/to/this/directory", name, split="SPLIT") for name in ("corpus", "queries", "qrels"))
# The metadata of a retrieval task of mteb takes it as dataset={"path": "user/name", "revision": "…"}, eval_splits=["SPLIT"].`}},
		limits: []string{onlyPooled},
		configs: func(Options) []config {
			return []config{
				{name: "corpus", files: "corpus/SPLIT-*", columns: corpusColumns()},
				{name: "queries", files: "queries/SPLIT-*", columns: questionColumns()},
				{name: relations, files: "qrels/SPLIT-*", columns: relationColumns()},
			}
		},
		open: func(f *Files, o Options) (layout, error) {
			return newPerSplit(func(split string) layout { return newMTEB(f, split, o) }), nil
		},
		tables: &tableReaders{documents: readDocuments, questions: readTable[question, questionSum], relations: readTable[relation, relationSum]},
	})
}

// readTable is the [tableReader] of a Parquet file.
func readTable[T, R any](r io.ReaderAt, size int64, become func(T) R, visit func(n int, v R, err error)) error {
	return readParquet(r, size, become, func(n int, v R) { visit(n, v, nil) })
}

// readDocuments is readTable of texts of which no more than the sums is kept: they need not be copied out of their pages.
func readDocuments(r io.ReaderAt, size int64, become func(document) documentRead, visit func(n int, d documentRead, err error)) error {
	read := func(group parquet.RowGroup, add func(documentRead)) (err error) {
		reader := parquet.NewGenericRowGroupReader[document](group)
		defer func() { err = errors.Join(err, reader.Close()) }()
		return eachRow(reader, func(r parquet.Row) { add(become(document{inPlace(r[0]), inPlace(r[1]), inPlace(r[2])})) })
	}
	return readGroups(r, size, read, func(n int, d documentRead) { visit(n, d, nil) })
}

// inPlace is a string for as long as its row is valid.
func inPlace(v parquet.Value) string {
	b := v.ByteArray()
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// mtebLayout writes TABLE/SPLIT-0000I-of-0000N.parquet for each of the tables.
type mtebLayout struct {
	corpus  *shards[document]
	queries *shards[question]
	qrels   *shards[relation]
	known   written
}

func newMTEB(f *Files, split string, o Options) *mtebLayout {
	return &mtebLayout{
		corpus:  newTable[document](f, "corpus", File{Config: "corpus", Split: split}, o),
		queries: newTable[question](f, "queries", File{Config: "queries", Split: split}, o),
		qrels:   newTable[relation](f, "qrels", File{Config: relations, Split: split}, o),
		known:   written{},
	}
}

func (l *mtebLayout) Write(ex hardneg.Example) error {
	err := eachText(ex, func(t hardneg.Text) error {
		isNew, err := l.known.first(t)
		if err != nil || !isNew {
			return err
		}
		return l.corpus.add(document{t.DocID, t.Title, t.Text}, sizeOf(t.DocID, t.Title, t.Text))
	})
	if err != nil {
		return err
	}
	if err := l.queries.add(question{ex.QueryID, strings.Clone(ex.Query)}, sizeOf(ex.QueryID, ex.Query)); err != nil {
		return err
	}
	for _, r := range relationsOf(ex) {
		r.Doc = strings.Clone(r.Doc)
		if err := l.qrels.add(r, sizeOf(r.Query, r.Doc)+8); err != nil {
			return err
		}
	}
	return nil
}

func (l *mtebLayout) Close() error {
	return errors.Join(l.corpus.Close(), l.queries.Close(), l.qrels.Close())
}
