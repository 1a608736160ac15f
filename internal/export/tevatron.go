package export

import (
	"cmp"
	"io"

	"hardneg"
)

func init() {
	register(&format{
		name:  "tevatron",
		flat:  true,
		row:   "One row a query, in the schema of Tevatron and RLHN.",
		tasks: []string{"text-retrieval", "text-ranking"},
		usage: []snippet{loadSplit, {"Tevatron", "sh", `python -m tevatron.retriever.driver.train --model_name_or_path your/base-model --output_dir out \
  --dataset_name path/to/this/directory --dataset_split SPLIT --train_group_size 4 --do_train`}},
		limits: []string{"Tevatron reads a passage as title, space and text; an empty title gives a leading space. Titles stand in the rows of queries all of whose texts have one. " + titlesTell,
			"Tevatron draws the same negative more than once where a query has fewer than train_group_size - 1."},
		configs: oneConfig("data/SPLIT-*", tevatronColumns),
		open: func(f *Files, o Options) (layout, error) {
			return newPerSplit(func(split string) layout { return tevatronLayout{newShards[tevatronRow](f, split, o)} }), nil
		},
		read: func(_ []Column, r io.ReaderAt, size int64, visit visitor) error {
			return readParquet(r, size, tevatronRow.row, visit.each)
		},
	})
}

// tevatronRow is a row of Tevatron; the order of a passage's fields is that of the data sets on the Hub.
type tevatronRow struct {
	QueryID   string            `parquet:"query_id"`
	Query     string            `parquet:"query"`
	Positives []tevatronPassage `parquet:"positive_passages,list"`
	Negatives []tevatronPassage `parquet:"negative_passages,list"`
	Subset    string            `parquet:"subset"`
}

type tevatronPassage struct {
	DocID string `parquet:"docid"`
	Text  string `parquet:"text"`
	Title string `parquet:"title"`
}

func tevatronColumns(Options) []Column {
	passage := []Column{
		{Name: "docid", Type: "string", About: "id of the passage, or the key of a generated text"},
		{Name: "text", Type: "string", About: "the text"},
		{Name: "title", Type: "string", About: "title of the passage; empty where there is none"},
	}
	return []Column{
		{Name: "query_id", Type: "string", About: "key of the query; rows are in its order"},
		{Name: "query", Type: "string", About: "the query"},
		{Name: "positive_passages", Type: "list", About: "texts that answer the query", Fields: passage},
		{Name: "negative_passages", Type: "list", About: "texts that do not, by falling score", Fields: passage},
		{Name: "subset", Type: "string", About: "where the query comes from: the subset that its set names, or `generated` or `imported`"},
	}
}

// tevatronLayout writes data/SPLIT-0000I-of-0000N.parquet.
type tevatronLayout struct{ *shards[tevatronRow] }

func (l tevatronLayout) Write(ex hardneg.Example) error {
	r := tevatronRow{QueryID: ex.QueryID, Query: ex.Query, Subset: "generated",
		Positives: tevatronPassages(ex.Positives), Negatives: tevatronPassages(ex.Negatives)}
	if ex.QueryModel == "" {
		r.Subset = cmp.Or(ex.Tags.Subset, "imported")
	}
	size := sizeOf(r.QueryID, r.Query, r.Subset)
	for _, list := range [][]tevatronPassage{r.Positives, r.Negatives} {
		for _, p := range list {
			size += sizeOf(p.DocID, p.Text, p.Title)
		}
	}
	return l.add(r, size)
}

func tevatronPassages(texts []hardneg.Text) []tevatronPassage {
	list := make([]tevatronPassage, len(texts))
	for i, t := range texts {
		list[i] = tevatronPassage{DocID: t.DocID, Text: t.Text, Title: t.Title}
	}
	return list
}

func (r tevatronRow) row() row {
	w := row{queryID: r.QueryID, query: r.Query, named: true}
	for _, p := range r.Positives {
		w.positives = append(w.positives, gradedText{title: p.Title, text: p.Text, id: p.DocID})
	}
	for _, p := range r.Negatives {
		w.negatives = append(w.negatives, gradedText{title: p.Title, text: p.Text, id: p.DocID})
	}
	return w.formed()
}
