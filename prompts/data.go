package prompts

import "hardneg"

// Static is what the system part of every prompt may use. It is the same for all requests of a stage.
type Static struct {
	Relevance string // judge.relevance, in the user's words
	Style     string // the style card in words

	Examples []Example // of queries, for the prompts that show some
	Fence    string    // around the texts of the examples: they are the same in all requests, and so is this
}

// Example is a passage with the query that it is found by, and one that nobody wants where the prompt shows both.
type Example struct{ Passage, Query, Bad string }

// QueryData is the data of prompt "query".
type QueryData struct {
	Fence    string
	Passage  string // as PassageText gives it
	Kind     string // what kind of query, and how long
	Language string
}

// PersonaData is the data of the first turn of prompt "query-persona".
type PersonaData struct {
	Fence      string
	Passage    string // as PassageText gives it
	Characters string // a letter and who it is, a line each
}

// PersonaQueryData is the data of its second turn.
type PersonaQueryData struct {
	Fence      string
	Character  string // who was chosen
	Difficulty string
	Kind       string // what kind of query, and how long
	Language   string
}

// QueryOnlyData is the data of prompt "query-only". It has no room for a passage: what is not there cannot leak.
type QueryOnlyData struct {
	Fence   string
	Query   string
	Lengths []Length // one for each text to write
}

// PairData is the data of prompts that are given the passage that answers the query.
type PairData struct {
	Fence   string
	Query   string
	Passage string   // as PassageText gives it
	Lengths []Length // one for each text to write
}

// EditData is the data of prompt "perturb".
type EditData struct {
	Fence   string
	Query   string
	Passage string // as PassageText gives it
	Edits   int    // how many to make
}

// OrdersData is the data of the second turn of prompt "decompose"; that of the first is PairData.
type OrdersData struct {
	Fence  string
	Orders []Order // one for each text to write
}

// Order says what one text is to break. Requirements, and ways to break one, are counted from 1.
type Order struct {
	Requirement, Way int
	Type             string
	From             string // a passage to start from, "" for none
	Length           Length
}

// AnswerableData is the data of the prompts that check hard queries.
type AnswerableData struct {
	Fence   string
	Passage string // as PassageText gives it
	Queries []LabelledText
}

// TripletData is the data of prompt "triplet".
type TripletData struct {
	Fence   string
	Query   string
	Readers string   // for whom
	Lengths []Length // of the positive, and of each negative
}

// TasksData is the data of the first step of prompt "query-task".
type TasksData struct {
	Number int    // of tasks
	Area   string // to which at least half of them belong
}

// ComposedData is the data of prompt "query-triplet", and of the second step of "query-task".
type ComposedData struct {
	Fence   string
	Text    string // the passage, as PassageText gives it, or the task
	Slots   Slots
	Lengths []Length // of the positive, and of each negative
}

// Slots say how a query and its documents are to be, after E5-mistral (arXiv 2401.00368).
type Slots struct {
	Type       string // how common the query is
	Length     string // of the query
	Clarity    string // of the query
	Difficulty string // of the documents: the education of their readers
	Language   string
}

// Length is a range in words.
type Length struct{ Min, Max int }

// GradeData is the data of a judge's prompt.
type GradeData struct {
	Fence    string
	Query    string
	Passages []LabelledText
}

// CompareData is the data of a judge's prompt that holds texts against what is known to answer the query.
type CompareData struct {
	Fence    string
	Query    string
	Known    []string // as PassageText gives them; the query's own passage first
	Passages []LabelledText
}

// RankData is the data of the prompt that ranks texts, the second one of kind snippet.
type RankData struct {
	Fence string
	Query string
	Texts []LabelledText
}

// LabelledText is one text of a slate.
type LabelledText struct {
	Label string
	Text  string
}

// PassageText is how a passage is shown to a model: its title, if it has one, and its text.
func PassageText(title, text string) string {
	if title == "" {
		return text
	}
	return "Title: " + title + "\n" + text
}

// TextOf shows a candidate.
func TextOf(c hardneg.Candidate) string { return PassageText(c.Title, c.Text) }

// uses are the sample data with which templates are tried.
var uses = []struct {
	prompt string
	system Static
	user   any
	first  any
}{
	{"query", sample, QueryData{"f", "text", "a question", "English"}, nil},
	{"query-persona", sample, PersonaQueryData{"f", "a beekeeper", "high school", "a question", "English"}, PersonaData{"f", "text", "A: a beekeeper"}},
	{"query-only", sample, QueryOnlyData{"f", "query", []Length{{50, 60}, {60, 70}}}, nil},
	{"query-only-elicited", sample, QueryOnlyData{"f", "query", []Length{{50, 60}, {60, 70}}}, nil},
	{"query-positive", sample, PairData{"f", "query", "text", []Length{{50, 60}, {60, 70}}}, nil},
	{"perturb", sample, EditData{"f", "query", "text", 2}, nil},
	{"hard-query", sample, EditData{"f", "query", "text", 2}, nil},
	{"hard-query-check", sample, AnswerableData{"f", "text", []LabelledText{{"A", "query"}, {"B", "query"}}}, nil},
	{"hard-query-check-again", sample, AnswerableData{"f", "text", []LabelledText{{"A", "query"}, {"B", "query"}}}, nil},
	{"triplet", sample, TripletData{"f", "query", "of a kind", []Length{{50, 60}, {60, 70}}}, nil},
	{"query-triplet", sample, ComposedData{"f", "text", Slots{"common", "short", "clear", "college", "English"}, []Length{{50, 60}, {60, 70}}}, nil},
	{"query-task", sample, ComposedData{"f", "text", Slots{"common", "short", "clear", "college", "English"}, []Length{{50, 60}, {60, 70}}}, TasksData{20, "law"}},
	{"paraphrase", sample, PairData{"f", "query", "text", []Length{{50, 60}, {60, 70}}}, nil},
	{"twin", sample, PairData{"f", "query", "text", []Length{{50, 60}, {60, 70}}}, nil},
	{"decompose", sample, OrdersData{"f", []Order{{1, 1, "entity", "", Length{50, 60}}, {1, 2, "entity", "text", Length{50, 60}}}}, PairData{"f", "query", "text", nil}},
	{"grade", sample, GradeData{"f", "query", []LabelledText{{"A", "text"}, {"B", "text"}}}, nil},
	{"rank", sample, RankData{"f", "query", []LabelledText{{"A", "text"}, {"B", "text"}}}, nil},
	{"rlhn", sample, CompareData{"f", "query", []string{"text"}, []LabelledText{{"A", "text"}, {"B", "text"}}}, nil},
}

var sample = Static{Relevance: "relevance", Style: "style", Examples: []Example{{"text", "query", "question"}}, Fence: "f"}
