package export

import (
	"fmt"

	"hardneg"
)

// What the scores of texts are.
const (
	ScoresJudge = "judge" // those of the judges, which go with the grades: 0 to 1
	ScoresDense = "dense" // the similarities: cosines of query and text by an encoder, -1 to 1
)

// Scores are the kinds of scores.
var Scores = []string{ScoresJudge, ScoresDense}

// scoreOf says what the scores of something are, in a column of them.
func (o Options) scoreOf(what string) string {
	if o.Scores == ScoresDense {
		return "cosine of the query and of " + what + ", by an encoder (see below), -1 to 1"
	}
	return "relevance of " + what + ", 0-1"
}

// orderedBy is what the texts of a row are ordered by.
func (o Options) orderedBy() string {
	if o.Scores == ScoresDense {
		return "similarity"
	}
	return "score"
}

// scoredBySimilarity gives the texts their similarities as scores; each has one.
func scoredBySimilarity(ex hardneg.Example) hardneg.Example {
	scored := func(from []hardneg.Text) []hardneg.Text {
		out := make([]hardneg.Text, len(from))
		for i, t := range from {
			t.Score, t.HasScore = *t.Similarity, true
			out[i] = t
		}
		return out
	}
	ex.Positives, ex.Negatives = scored(ex.Positives), scored(ex.Negatives)
	return ex
}

// similarityColumns are the columns of a text for it. The score stays that of the judges, to which the grade belongs: a trainer can
// take either.
func similarityColumns(o Options) []Column {
	if !o.Similarities {
		return nil
	}
	return []Column{{Name: "similarity", Type: "float64", Nullable: true, About: "cosine of the query and the text by an encoder (see below), -1 to 1; null where the encoder refused one of them"}}
}

// comparedPositive is a positive of a data set that has similarities: one that is not known is null, and not left out.
type comparedPositive struct {
	DocID  string   `json:"docid" parquet:"docid"`
	Title  string   `json:"title" parquet:"title"`
	Text   string   `json:"text" parquet:"text"`
	Source string   `json:"source" parquet:"source"`
	Grade  *int64   `json:"grade" parquet:"grade,optional"`
	Score  *decimal `json:"score" parquet:"score,optional"`

	Similarity *decimal `json:"similarity" parquet:"similarity,optional"`
}

type comparedNegative struct {
	DocID    string   `json:"docid" parquet:"docid"`
	Title    string   `json:"title" parquet:"title"`
	Text     string   `json:"text" parquet:"text"`
	Source   string   `json:"source" parquet:"source"`
	Strategy string   `json:"strategy" parquet:"strategy"`
	Model    string   `json:"model" parquet:"model"`
	Grade    *int64   `json:"grade" parquet:"grade,optional"`
	Score    *decimal `json:"score" parquet:"score,optional"`
	Weight   *decimal `json:"weight,omitempty" parquet:"-"`

	Similarity *decimal `json:"similarity" parquet:"similarity,optional"`
}

// comparedWeighted has weights too.
type comparedWeighted struct {
	DocID    string   `json:"docid" parquet:"docid"`
	Title    string   `json:"title" parquet:"title"`
	Text     string   `json:"text" parquet:"text"`
	Source   string   `json:"source" parquet:"source"`
	Strategy string   `json:"strategy" parquet:"strategy"`
	Model    string   `json:"model" parquet:"model"`
	Grade    *int64   `json:"grade" parquet:"grade,optional"`
	Score    *decimal `json:"score" parquet:"score,optional"`
	Weight   *decimal `json:"weight,omitempty" parquet:"weight,optional"`

	Similarity *decimal `json:"similarity" parquet:"similarity,optional"`
}

// comparedRecord is a record of a data set that has similarities; N is the type of its negatives.
type comparedRecord[N any] struct {
	QueryID     string             `json:"query_id" parquet:"query_id"`
	Query       string             `json:"query" parquet:"query"`
	PassageID   string             `json:"passage_id" parquet:"passage_id"`
	Positives   []comparedPositive `json:"positives" parquet:"positives,list"`
	Negatives   []N                `json:"negatives" parquet:"negatives,list"`
	QueryModel  string             `json:"query_model" parquet:"query_model"`
	QueryPrompt string             `json:"query_prompt" parquet:"query_prompt"`
}

// comparedQueries is the same with hard queries.
type comparedQueries[N any] struct {
	comparedRecord[N]
	HardQueries []hardQuery `json:"hard_queries" parquet:"hard_queries,list"`
}

func compared[N any](r record, of func(negative) N) comparedRecord[N] {
	out := comparedRecord[N]{QueryID: r.QueryID, Query: r.Query, PassageID: r.PassageID, Positives: make([]comparedPositive, len(r.Positives)),
		Negatives: make([]N, len(r.Negatives)), QueryModel: r.QueryModel, QueryPrompt: r.QueryPrompt}
	for i, p := range r.Positives {
		out.Positives[i] = comparedPositive(p)
	}
	for i, n := range r.Negatives {
		out.Negatives[i] = of(n)
	}
	return out
}

// parquetLayout writes rows of a type that is made of examples, with about their sizes.
type parquetLayout[T any] struct {
	*shards[T]
	of func(hardneg.Example) (T, int64)
}

func (l parquetLayout[T]) Write(ex hardneg.Example) error { return l.add(l.of(ex)) }

// newCompared is the layout of a split where there are similarities.
func newCompared(f *Files, split string, o Options) layout {
	if o.Weighted {
		return newComparedOf(f, split, o, func(n negative) comparedWeighted { return comparedWeighted(n) })
	}
	return newComparedOf(f, split, o, func(n negative) comparedNegative { return comparedNegative(n) })
}

func newComparedOf[N any](f *Files, split string, o Options, of func(negative) N) layout {
	row := func(ex hardneg.Example) (comparedQueries[N], int64) {
		r := newWithQueries(ex)
		return comparedQueries[N]{compared(r.record, of), r.HardQueries}, r.size() + int64(len(r.Positives)+len(r.Negatives))*verdictSize
	}
	if o.HardQueries {
		return parquetLayout[comparedQueries[N]]{newShards[comparedQueries[N]](f, split, o), row}
	}
	plain := func(ex hardneg.Example) (comparedRecord[N], int64) {
		r, size := row(ex)
		return r.comparedRecord, size
	}
	return parquetLayout[comparedRecord[N]]{newShards[comparedRecord[N]](f, split, o), plain}
}

func (w *row) addScores(score, similarity *decimal) {
	if score != nil {
		w.scores = append(w.scores, float64(*score))
	}
	if similarity != nil {
		w.similarities = append(w.similarities, float64(*similarity))
	}
}

func floats(ds []decimal) []float64 {
	out := make([]float64, len(ds))
	for i, d := range ds {
		out[i] = float64(d)
	}
	return out
}

// scores checks that scores and similarities are in their ranges; what is no number is in none.
func (c *checker) scores(file string, at int, w row) {
	low := 0.0
	if c.manifest.Scores == ScoresDense {
		low = -1
	}
	for _, x := range w.scores {
		if !(x >= low && x <= 1) {
			c.add(file, at, RuleScore, fmt.Sprintf("the score %v is not between %v and 1", x, low))
		}
	}
	for _, x := range w.similarities {
		if !(x >= -1 && x <= 1) {
			c.add(file, at, RuleScore, fmt.Sprintf("the similarity %v is not between -1 and 1", x))
		}
	}
}
