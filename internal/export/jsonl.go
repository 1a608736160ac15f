package export

import (
	"io"

	"hardneg"
)

func init() {
	register(&format{
		name:    "jsonl",
		row:     "One row a query, with all its positives and negatives; one JSON object a line.",
		tasks:   []string{"text-retrieval"},
		asks:    true,
		spares:  true,
		usage:   []snippet{loadSplit, fromRecords},
		configs: oneConfig("data/SPLIT.jsonl", recordColumns),
		open: func(f *Files, o Options) (layout, error) {
			return newPerSplit(func(split string) layout {
				if o.Spares {
					return newSpared(f, split, o, true)
				}
				if o.Similarities {
					return newCompared(f, split, o, true)
				}
				if o.HardQueries {
					return jsonlQueriesLayout{&lines[withQueries]{files: f, as: File{Path: "data/" + split + ".jsonl", Split: split}}}
				}
				return jsonlLayout{&lines[record]{files: f, as: File{Path: "data/" + split + ".jsonl", Split: split}}}
			}), nil
		},
		read: func(_ File, r io.ReaderAt, size int64, visit visitor) error {
			return readLines(io.NewSectionReader(r, 0, size), withSpares.row, visit)
		},
	})
}

// jsonlLayout writes data/SPLIT.jsonl: the rows of hf.
type jsonlLayout struct{ *lines[record] }

func (l jsonlLayout) Write(ex hardneg.Example) error { return l.add(newRecord(ex)) }

// jsonlQueriesLayout is jsonlLayout with the field of hard queries.
type jsonlQueriesLayout struct{ *lines[withQueries] }

func (l jsonlQueriesLayout) Write(ex hardneg.Example) error { return l.add(newWithQueries(ex)) }
