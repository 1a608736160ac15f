package generate

import (
	"slices"
	"strconv"
	"strings"
)

// The prompts for queries, each a way of asking for them. An own prompt whose name begins with one of these and a dash is of its
// kind; one of any other name is asked as [QueryPlain] is.
const (
	// QueryPlain draws the kind of query from those that real logs hold.
	QueryPlain = "query"
	// QueryKeyword draws the kind from those of keywords alone.
	QueryKeyword = "query-keyword"
	// QueryFewShot shows up to eight passages with their queries, and asks for one more query in their manner: Promptagator (arXiv
	// 2209.11755), with a text of its own for every task, which the examples and judge.relevance are here.
	QueryFewShot = "query-few-shot"
	// QueryGoodBad shows passages with a good query and a bad one, as the variant GBQ of InPars does.
	QueryGoodBad = "query-good-bad"
	// QueryPersona asks first who would come to the passage, with what type of query and how difficult a one, and then for that query:
	// the two steps of Qwen3-Embedding (arXiv 2506.05176).
	QueryPersona = "query-persona"
	// QueryTriplet asks for a query together with a further answer and hard negatives, which strategy [Triplet] reads, with the slots of
	// E5-mistral (arXiv 2401.00368).
	QueryTriplet = "query-triplet"
	// QueryTask asks for the same from a task that was thought up before, and for no passage: the two steps of the paper.
	QueryTask = "query-task"
)

// QueryKind is what there is to know of a way of asking for queries before it is asked.
type QueryKind struct {
	Name     string
	Examples bool // it shows examples, and there must be some
	Bad      bool // each of them with a bad query
	Personas bool // it shows characters
	Composes bool // its replies have documents too
	Tasks    bool // and are asked for by tasks, for which there is no passage
	Calls    int  // requests that a query takes
	shapes   []shape
}

// shape is a kind of query that can be asked for, and how often it is.
type shape struct {
	weight int
	words  string
}

// QueryKinds are the ways of asking there are.
var QueryKinds = []QueryKind{
	{Name: QueryPlain, Calls: 1, shapes: kinds},
	{Name: QueryKeyword, Calls: 1, shapes: keywordKinds},
	{Name: QueryFewShot, Calls: 1, Examples: true, shapes: asShown},
	{Name: QueryGoodBad, Calls: 1, Examples: true, Bad: true, shapes: asShown},
	{Name: QueryPersona, Calls: 2, Personas: true},
	{Name: QueryTriplet, Calls: 1, Composes: true},
	{Name: QueryTask, Calls: 1, Composes: true, Tasks: true},
}

// QueryKindOf is the kind of a prompt, told by its name.
func QueryKindOf(prompt string) QueryKind {
	i := slices.IndexFunc(QueryKinds, func(k QueryKind) bool {
		return k.Name != QueryPlain && (prompt == k.Name || strings.HasPrefix(prompt, k.Name+"-"))
	})
	return QueryKinds[max(i, 0)]
}

// kinds are the kinds of queries that are asked for, by weight. Real query logs are mixed: keywords, questions of all lengths,
// needs. They are named in the prompt, because a model that may choose writes one kind.
var kinds = []shape{
	{22, "a few keywords, 2 to 5 words, typed in haste, in lower case, without a question mark"},
	{10, "keywords with one restriction (a place, time, version, person or condition), 4 to 8 words, in lower case"},
	{14, "a short plain question of 4 to 8 words, in lower case, without a question mark"},
	{14, "a plain question of 5 to 10 words"},
	{14, "a question with a condition or detail in it, 10 to 18 words"},
	{12, "a how or why question about a procedure, cause or reason, 5 to 14 words"},
	{8, "a question about a number, date, amount, name or place, 5 to 12 words"},
	{6, "the person's own situation and what they want to know, in the first person, 10 to 25 words"},
}

// keywordKinds are the kinds of keyword queries.
var keywordKinds = []shape{
	{22, "keywords, 2 or 3 words: the subject and the side of it that is wanted"},
	{30, "keywords, 3 to 5 words: the subject and the side of it that is wanted"},
	{18, "keywords with one restriction (a place, time, version, person or condition), 4 to 7 words"},
	{14, "keywords for a problem or a task (what went wrong, or what is to be done, and with what), 3 to 7 words"},
	{8, "keywords for a number, date, amount, name or place that is wanted, 3 to 6 words"},
	{8, "keywords that set two things or cases beside one another, 3 to 7 words; of one thing only, if the passage has no second one"},
}

// asShown is the kind of what examples show.
var asShown = []shape{{1, "that of the examples"}}

// kind draws the kind of a passage's sample. The samples of one passage have different kinds as long as there are any.
func (g *Queries) kind(passage string, sample int) string {
	shapes := QueryKindOf(g.Prompt.Name).shapes
	left := make([]int, len(shapes))
	for i, k := range shapes {
		left[i] = k.weight
	}
	var chosen int
	for s := range sample%len(shapes) + 1 {
		sum := 0
		for _, w := range left {
			sum += w
		}
		n := int(g.draw("kind", passage, strconv.Itoa(sample-sample%len(shapes)+s)) % uint64(sum))
		for i, w := range left {
			if n < w {
				chosen = i
				break
			}
			n -= w
		}
		left[chosen] = 0
	}
	return shapes[chosen].words
}
