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

// comparedPositive is a positive of a data set that has similarities, in Parquet, where a column is there or not.
type comparedPositive struct {
	DocID  string   `parquet:"docid"`
	Title  string   `parquet:"title"`
	Text   string   `parquet:"text"`
	Source string   `parquet:"source"`
	Grade  *int64   `parquet:"grade,optional"`
	Score  *decimal `parquet:"score,optional"`

	Similarity *decimal `parquet:"similarity,optional"`
}

type comparedNegative struct {
	DocID    string   `parquet:"docid"`
	Title    string   `parquet:"title"`
	Text     string   `parquet:"text"`
	Source   string   `parquet:"source"`
	Strategy string   `parquet:"strategy"`
	Model    string   `parquet:"model"`
	Grade    *int64   `parquet:"grade,optional"`
	Score    *decimal `parquet:"score,optional"`
	Weight   *decimal `parquet:"-"`

	Similarity *decimal `parquet:"similarity,optional"`
}

// comparedWeighted has weights too.
type comparedWeighted struct {
	DocID    string   `parquet:"docid"`
	Title    string   `parquet:"title"`
	Text     string   `parquet:"text"`
	Source   string   `parquet:"source"`
	Strategy string   `parquet:"strategy"`
	Model    string   `parquet:"model"`
	Grade    *int64   `parquet:"grade,optional"`
	Score    *decimal `parquet:"score,optional"`
	Weight   *decimal `parquet:"weight,optional"`

	Similarity *decimal `parquet:"similarity,optional"`
}

// comparedRecord is a record of a data set that has similarities; N is the type of its negatives.
type comparedRecord[N any] struct {
	QueryID     string             `parquet:"query_id"`
	Query       string             `parquet:"query"`
	PassageID   string             `parquet:"passage_id"`
	Positives   []comparedPositive `parquet:"positives,list"`
	Negatives   []N                `parquet:"negatives,list"`
	QueryModel  string             `parquet:"query_model"`
	QueryPrompt string             `parquet:"query_prompt"`
}

// comparedQueries is the same with hard queries.
type comparedQueries[N any] struct {
	comparedRecord[N]
	HardQueries []hardQuery `parquet:"hard_queries,list"`
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

// comparedLayout writes the full rows with similarities.
type comparedLayout[N any] struct {
	*shards[comparedRecord[N]]
	of func(negative) N
}

func (l comparedLayout[N]) Write(ex hardneg.Example) error {
	r := newRecord(ex)
	return l.add(compared(r, l.of), r.size()+int64(len(r.Positives)+len(r.Negatives))*verdictSize)
}

// comparedQueriesLayout writes them with hard queries.
type comparedQueriesLayout[N any] struct {
	*shards[comparedQueries[N]]
	of func(negative) N
}

func (l comparedQueriesLayout[N]) Write(ex hardneg.Example) error {
	r := newWithQueries(ex)
	return l.add(comparedQueries[N]{compared(r.record, l.of), r.HardQueries}, r.size()+int64(len(r.Positives)+len(r.Negatives))*verdictSize)
}

// newCompared is the layout of a split of hf where there are similarities.
func newCompared(f *Files, split string, o Options) layout {
	if o.Weighted {
		return newComparedOf(f, split, o, func(n negative) comparedWeighted { return comparedWeighted(n) })
	}
	return newComparedOf(f, split, o, func(n negative) comparedNegative { return comparedNegative(n) })
}

func newComparedOf[N any](f *Files, split string, o Options, of func(negative) N) layout {
	if o.HardQueries {
		return comparedQueriesLayout[N]{newShards[comparedQueries[N]](f, split, o), of}
	}
	return comparedLayout[N]{newShards[comparedRecord[N]](f, split, o), of}
}

// readCompared is a row of hf as Check reads it, with all columns that it looks at.
type readCompared comparedQueries[comparedNegative]

func (r readCompared) row() row {
	plain := withQueries{record: record{QueryID: r.QueryID, Query: r.Query, PassageID: r.PassageID}, HardQueries: r.HardQueries}
	for _, p := range r.Positives {
		plain.Positives = append(plain.Positives, positive(p))
	}
	for _, n := range r.Negatives {
		plain.Negatives = append(plain.Negatives, negative(n))
	}
	return plain.row()
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
