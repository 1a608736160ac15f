package export

import (
	"fmt"

	"github.com/cespare/xxhash/v2"

	"hardneg"
	"hardneg/internal/text"
)

// document is a text of a corpus, question a query and relation one line of qrels, in the formats that keep them apart.
type document struct {
	ID    string `json:"_id" parquet:"_id"`
	Title string `json:"title" parquet:"title"`
	Text  string `json:"text" parquet:"text"`
}

type question struct {
	ID   string `json:"_id" parquet:"_id"`
	Text string `json:"text" parquet:"text"`
}

type relation struct {
	Query string `parquet:"query-id"`
	Doc   string `parquet:"corpus-id"`
	Score int64  `parquet:"score"`
}

func corpusColumns() []Column {
	return []Column{
		{Name: "_id", Type: "string", About: "id of the passage, or the key of a generated text"},
		{Name: "title", Type: "string", About: "title of the passage; empty where there is none"},
		{Name: "text", Type: "string", About: "the text"},
	}
}

func questionColumns() []Column {
	return []Column{
		{Name: "_id", Type: "string", About: "key of the query; queries are in its order"},
		{Name: "text", Type: "string", About: "the query"},
	}
}

func relationColumns() []Column {
	return []Column{
		{Name: "query-id", Type: "string", About: "key of the query"},
		{Name: "corpus-id", Type: "string", About: "id of the text"},
		{Name: "score", Type: "int64", About: "1 where the text answers the query, 0 for a hard negative"},
	}
}

const onlyPooled = "The corpus holds the texts of the rows, not all passages: retrieval from it is easier than from the whole corpus."

// relationsOf is the qrels of an example: its positives, then its negatives. A negative has 0 whatever its grade, as every
// score above that counts as relevant.
func relationsOf(ex hardneg.Example) []relation {
	all := make([]relation, 0, len(ex.Positives)+len(ex.Negatives))
	for _, t := range ex.Positives {
		all = append(all, relation{ex.QueryID, t.DocID, 1})
	}
	for _, t := range ex.Negatives {
		all = append(all, relation{ex.QueryID, t.DocID, 0})
	}
	return all
}

// written remembers which documents stand in a corpus: 16 bytes and what a map adds, for each passage. Generated texts
// belong to one query, and their ids are its own, so they are not remembered.
type written map[uint64]uint64

// first reports whether the text is not in the corpus yet. Two texts of one id are an error, unless the id was made of the text.
func (w written) first(t hardneg.Text) (bool, error) {
	if t.Source == hardneg.SourceGenerated {
		return true, nil
	}
	id, content := xxhash.Sum64String(t.DocID), contentOf(t)
	switch was, ok := w[id]; {
	case !ok:
		w[id] = content
		return true, nil
	case was != content && !text.IsID(t.DocID):
		return false, fmt.Errorf("docid %q: %w", t.DocID, ErrTwoTexts)
	}
	return false, nil
}

// contentOf is a hash of a title and a text.
func contentOf(t hardneg.Text) uint64 {
	var d xxhash.Digest
	d.Reset()
	for _, s := range [...]string{t.Title, "\x00", t.Text} {
		_, _ = d.WriteString(s)
	}
	return d.Sum64()
}

// eachText visits positives and negatives.
func eachText(ex hardneg.Example, visit func(hardneg.Text) error) error {
	for _, texts := range [][]hardneg.Text{ex.Positives, ex.Negatives, ex.Spares} {
		for _, t := range texts {
			if err := visit(t); err != nil {
				return err
			}
		}
	}
	return nil
}
