package export

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"hardneg"
)

// record is a row of the formats that hold one row a query with all that is known of it. The order of the fields is the
// order of the columns. Grade and score are null where nobody judged; all else is never null.
type record struct {
	QueryID     string     `json:"query_id" parquet:"query_id"`
	Query       string     `json:"query" parquet:"query"`
	PassageID   string     `json:"passage_id" parquet:"passage_id"`
	Positives   []positive `json:"positives" parquet:"positives,list"`
	Negatives   []negative `json:"negatives" parquet:"negatives,list"`
	QueryModel  string     `json:"query_model" parquet:"query_model"`
	QueryPrompt string     `json:"query_prompt" parquet:"query_prompt"`
}

type positive struct {
	DocID  string   `json:"docid" parquet:"docid"`
	Title  string   `json:"title" parquet:"title"`
	Text   string   `json:"text" parquet:"text"`
	Source string   `json:"source" parquet:"source"`
	Grade  *int64   `json:"grade" parquet:"grade,optional"`
	Score  *decimal `json:"score" parquet:"score,optional"`

	Similarity *decimal `json:"similarity,omitempty" parquet:"-"` // see comparedRecord
}

type negative struct {
	DocID    string   `json:"docid" parquet:"docid"`
	Title    string   `json:"title" parquet:"title"`
	Text     string   `json:"text" parquet:"text"`
	Source   string   `json:"source" parquet:"source"`
	Strategy string   `json:"strategy" parquet:"strategy"`
	Model    string   `json:"model" parquet:"model"`
	Grade    *int64   `json:"grade" parquet:"grade,optional"`
	Score    *decimal `json:"score" parquet:"score,optional"`
	Weight   *decimal `json:"weight,omitempty" parquet:"-"` // see weightedRecord

	Similarity *decimal `json:"similarity,omitempty" parquet:"-"` // see comparedRecord
}

func recordColumns(o Options) []Column {
	columns := plainColumns(o)
	negatives := columns[slices.IndexFunc(columns, func(c Column) bool { return c.Name == "negatives" })]
	if o.HardQueries {
		columns = append(columns, Column{Name: "hard_queries", Type: "list", About: "queries that look like the query and that the source passage does not answer, by falling score",
			Fields: append([]Column{{Name: "text", Type: "string", About: "the query"}}, verdictColumns...)})
	}
	if o.Spares {
		columns = append(columns, Column{Name: "spares", Type: "list", About: "further negatives beside these, to take their places in training, by falling " + o.orderedBy() + "; not counted below",
			Fields: negatives.Fields})
	}
	return columns
}

var verdictColumns = []Column{
	{Name: "grade", Type: "int64", Nullable: true, About: "relevance, 0-3; null where nobody judged"},
	{Name: "score", Type: "float64", Nullable: true, About: "relevance, 0-1; null where nobody judged"},
}

// plainColumns are those of a data set without what a run may have beside.
func plainColumns(o Options) []Column {
	text := []Column{
		{Name: "docid", Type: "string", About: "id of the passage, or the key of a generated text"},
		{Name: "title", Type: "string", About: "title of the passage; empty where there is none, as for generated texts"},
		{Name: "text", Type: "string", About: "the text"},
		{Name: "source", Type: "string", About: "`passage`, `generated`, `mined` or `imported`"},
	}
	origin := []Column{
		{Name: "strategy", Type: "string", About: "how the text was made or found"},
		{Name: "model", Type: "string", About: "model that wrote it, if one did"},
	}
	var weight []Column
	if o.Weighted {
		weight = []Column{{Name: "weight", Type: "float64", Nullable: true, About: "how much it counts in training: (1 - score)^gamma; null where nobody judged"}}
	}
	join := func(parts ...[]Column) (all []Column) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	return []Column{
		{Name: "query_id", Type: "string", About: "key of the query; rows are in its order"},
		{Name: "query", Type: "string", About: "the query"},
		{Name: "passage_id", Type: "string", About: "passage that the query was made from"},
		{Name: "positives", Type: "list", About: "texts that answer the query: the source passage, or what was written with the query in its place, first, then by falling " + o.orderedBy(),
			Fields: join(text, verdictColumns, similarityColumns(o))},
		{Name: "negatives", Type: "list", About: "texts that do not answer it, by falling " + o.orderedBy(),
			Fields: join(text, origin, verdictColumns, weight, similarityColumns(o))},
		{Name: "query_model", Type: "string", About: "model that wrote the query, if one did"},
		{Name: "query_prompt", Type: "string", About: "name and hash of the prompt"},
	}
}

// newRecord is the row of an example. The strategy and model of a positive have no column.
func newRecord(ex hardneg.Example) record {
	r := record{
		QueryID: ex.QueryID, Query: ex.Query, PassageID: ex.PassageID,
		Positives:  make([]positive, len(ex.Positives)),
		Negatives:  make([]negative, len(ex.Negatives)),
		QueryModel: ex.QueryModel, QueryPrompt: ex.QueryPrompt,
	}
	for i, t := range ex.Positives {
		r.Positives[i] = positive{
			DocID: t.DocID, Title: t.Title, Text: t.Text, Source: string(t.Source),
			Grade: gradeColumn(t), Score: scoreColumn(t), Similarity: optionalColumn(t.Similarity),
		}
	}
	for i, t := range ex.Negatives {
		r.Negatives[i] = newNegative(t)
	}
	return r
}

func newNegative(t hardneg.Text) negative {
	return negative{
		DocID: t.DocID, Title: t.Title, Text: t.Text, Source: string(t.Source),
		Strategy: t.Strategy, Model: t.Model,
		Grade: gradeColumn(t), Score: scoreColumn(t), Weight: optionalColumn(t.Weight), Similarity: optionalColumn(t.Similarity),
	}
}

// weightedRecord is a record of a data set whose negatives have weights, in Parquet, where a column is there or not.
type weightedRecord struct {
	QueryID     string             `parquet:"query_id"`
	Query       string             `parquet:"query"`
	PassageID   string             `parquet:"passage_id"`
	Positives   []positive         `parquet:"positives,list"`
	Negatives   []weightedNegative `parquet:"negatives,list"`
	QueryModel  string             `parquet:"query_model"`
	QueryPrompt string             `parquet:"query_prompt"`
}

type weightedNegative struct {
	DocID    string   `parquet:"docid"`
	Title    string   `parquet:"title"`
	Text     string   `parquet:"text"`
	Source   string   `parquet:"source"`
	Strategy string   `parquet:"strategy"`
	Model    string   `parquet:"model"`
	Grade    *int64   `parquet:"grade,optional"`
	Score    *decimal `parquet:"score,optional"`
	Weight   *decimal `parquet:"weight,optional"`

	Similarity *decimal `parquet:"-"`
}

// weightedQueries is a weightedRecord of a data set that has hard queries.
type weightedQueries struct {
	weightedRecord
	HardQueries []hardQuery `parquet:"hard_queries,list"`
}

func (r record) weighted() weightedRecord {
	w := weightedRecord{QueryID: r.QueryID, Query: r.Query, PassageID: r.PassageID, Positives: r.Positives, Negatives: make([]weightedNegative, len(r.Negatives)),
		QueryModel: r.QueryModel, QueryPrompt: r.QueryPrompt}
	for i, n := range r.Negatives {
		w.Negatives[i] = weightedNegative(n)
	}
	return w
}

func optionalColumn(x *float64) *decimal {
	if x == nil {
		return nil
	}
	d := decimal(*x)
	return &d
}

func gradeColumn(t hardneg.Text) *int64 {
	if t.Grade == hardneg.Ungraded {
		return nil
	}
	v := int64(t.Grade.Value())
	return &v
}

func scoreColumn(t hardneg.Text) *decimal {
	if !t.HasScore {
		return nil
	}
	s := decimal(t.Score)
	return &s
}

// decimal is a number that JSON shows as a fraction, 1.0 and not 1: readers take the type of a column from its first rows, and a
// column that begins with whole numbers must not be one of integers.
type decimal float64

// MarshalJSON never writes an exponent: scores are between -1 and 1.
func (d decimal) MarshalJSON() ([]byte, error) {
	s := strconv.FormatFloat(float64(d), 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return []byte(s), nil
}

// size is about the bytes of the row, uncompressed.
func (r record) size() int64 {
	n := sizeOf(r.QueryID, r.Query, r.PassageID, r.QueryModel, r.QueryPrompt)
	for _, t := range r.Positives {
		n += sizeOf(t.DocID, t.Title, t.Text, t.Source) + verdictSize
	}
	for _, t := range r.Negatives {
		n += t.size()
	}
	return n
}

func (t negative) size() int64 {
	return sizeOf(t.DocID, t.Title, t.Text, t.Source, t.Strategy, t.Model) + verdictSize
}

const verdictSize = 20 // of grade and score

// sizeOf is about the bytes of strings in a column: their lengths and levels too.
func sizeOf(columns ...string) (n int64) {
	for _, s := range columns {
		n += int64(len(s)) + 6
	}
	return n
}

// read is what Check looks at, but for the forms, with room for some spares. A grade outside 0-3 counts as the highest, so that it is
// found.
func (r *record) read(spares int) row {
	w := row{queryID: r.QueryID, passageID: r.PassageID, query: r.Query, graded: true, named: true, positives: make([]gradedText, 0, len(r.Positives)),
		negatives: make([]gradedText, 0, len(r.Negatives)+spares), scores: make([]float64, 0, len(r.Positives)+len(r.Negatives)+spares)}
	for i := range r.Positives {
		t := &r.Positives[i]
		w.addScores(t.Score, t.Similarity)
		w.positives = append(w.positives, gradedText{title: t.Title, text: t.Text, id: t.DocID, source: t.Source})
		w.origin.Positives.add(t.Source == string(hardneg.SourceGenerated))
	}
	for i := range r.Negatives {
		w.origin.Negatives.add(r.Negatives[i].Source == string(hardneg.SourceGenerated))
		w.addNegative(&r.Negatives[i])
	}
	w.disorder.inOrder("positive", 1, len(r.Positives), func(i int) (score, similarity *decimal) { return r.Positives[i].Score, r.Positives[i].Similarity })
	w.disorder.inOrder("negative", 0, len(r.Negatives), ranks(r.Negatives))
	return w
}

// RowJSON is the row of an example as format jsonl writes it.
func RowJSON(ex hardneg.Example) (json.RawMessage, error) {
	if len(ex.Spares) > 0 {
		return json.Marshal(newWithSpares(ex))
	}
	if len(ex.HardQueries) > 0 {
		return json.Marshal(newWithQueries(ex))
	}
	return json.Marshal(newRecord(ex))
}
