package export

import (
	"fmt"
	"io"
	"reflect"

	"github.com/parquet-go/parquet-go"

	"hardneg"
)

func init() {
	register(ntupleFormat("st-ntuple", false))
	register(ntupleFormat("st-ntuple-scores", true))
}

// ntupleFormat is the n-tuples, with or without a column of scores at the end.
func ntupleFormat(name string, scores bool) *format {
	f := &format{
		name: name,
		flat: true, parts: true,
		row: "One row per query and positive, with the same number of negatives in each. The columns are those that sentence-transformers " +
			"trains on, in its order, and no others.",
		tasks:   []string{"text-retrieval", "sentence-similarity"},
		usage:   []snippet{trainEmbeddings},
		limits:  []string{titleFirst},
		configs: oneConfig("data/SPLIT-*", func(o Options) []Column { return ntupleColumns(o, scores) }),
		scores:  scores,
		fixed:   true,
		open: func(f *Files, o Options) (layout, error) {
			return newPerSplit(func(split string) layout { return newNtuples(f, split, o, scores) }), nil
		},
		read: func(_ []Column, r io.ReaderAt, size int64, visit visitor) error {
			return readRows(r, size, func(r parquet.Row) row { return ntupleRow(r, scores).formed() }, visit.each)
		},
	}
	if scores {
		f.usage = []snippet{embeddings("MarginMSELoss"), embeddings("DistillKLDivLoss")}
	}
	return f
}

func ntupleColumns(o Options, scores bool) []Column {
	all := append(pairColumns(o), make([]Column, 0, o.Negatives+1)...)
	for i := range o.Negatives {
		all = append(all, Column{Name: fmt.Sprintf("negative_%d", i+1), Type: "string", About: "a text that does not"})
	}
	if scores {
		all = append(all, Column{Name: "score", Type: "list<float64>", About: o.scoreOf("the positive and of each negative, in their order")})
	}
	return all
}

// ntuples writes data/SPLIT-0000I-of-0000N.parquet: for each example, every positive with the same negatives.
type ntuples struct {
	*shards[any]
	scores bool
	row    reflect.Value // a struct, used for every row: its columns are known when the program runs
}

func newNtuples(f *Files, split string, o Options, scores bool) *ntuples {
	l := &ntuples{shards: newShards[any](f, split, o), scores: scores}
	var fields []reflect.StructField
	for i, c := range ntupleColumns(o, scores) {
		field := reflect.StructField{Name: fmt.Sprint("C", i), Type: reflect.TypeFor[string](), Tag: reflect.StructTag(`parquet:"` + c.Name + `"`)}
		if c.Type != "string" {
			field.Type, field.Tag = reflect.TypeFor[[]float64](), reflect.StructTag(`parquet:"`+c.Name+`,list"`)
		}
		fields = append(fields, field)
	}
	l.row = reflect.New(reflect.StructOf(fields)).Elem()
	l.schema = parquet.SchemaOf(l.row.Interface())
	return l
}

func (l *ntuples) Write(ex hardneg.Example) error {
	for _, p := range ex.Positives {
		if err := l.add(l.fill(ex.Query, append([]hardneg.Text{p}, ex.Negatives...))); err != nil {
			return err
		}
	}
	return nil
}

// fill makes a row of a query and its texts, the positive first.
func (l *ntuples) fill(query string, texts []hardneg.Text) (r any, size int64) {
	l.row.Field(0).SetString(query)
	size = sizeOf(query)
	scores := make([]float64, len(texts))
	for i, t := range texts {
		s := passageText(t)
		l.row.Field(i + 1).SetString(s)
		size += sizeOf(s) + 10
		scores[i] = t.Score
	}
	if l.scores {
		l.row.Field(len(texts) + 1).Set(reflect.ValueOf(scores))
	}
	return l.row.Interface(), size
}

// ntupleRow is what Check looks at. The values of a row stand in the order of their columns.
func ntupleRow(r parquet.Row, scores bool) row {
	w := row{query: r[0].String()}
	texts, count := 0, 0
	for _, v := range r[1:] {
		if v.Kind() != parquet.ByteArray {
			if count++; !v.IsNull() {
				w.scores = append(w.scores, v.Double())
			}
			continue
		}
		if texts++; texts == 1 {
			w.positives = plainTexts(v.String())
		} else {
			w.negatives = append(w.negatives, gradedText{text: v.String()})
		}
	}
	if n := len(w.scores); n > 0 {
		w.disorder.inOrder("negative", 0, n-1, func(i int) (score, similarity *decimal) { s := decimal(w.scores[i+1]); return &s, nil })
	}
	if scores && count != texts {
		w.fault = fmt.Sprintf("%d scores for %d texts", count, texts)
	}
	return w
}
