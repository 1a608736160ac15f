// Package hardneg is the vocabulary of the program: the values that flow from passages to training data.
//
// It owns no behaviour beyond validation and parsing, does no I/O and imports only the standard library, so that
// every other package can speak it. The pipeline it describes is
//
//	Passage → Query → (verified) → Candidate → Verdict → Decision → Example
//
// where a [Call] is one request to a model, the unit of money.
package hardneg

import (
	"errors"
	"fmt"
	"strings"
)

// Passage is one unit of the corpus. ID is the given id, or the hash of the normalised text where none was given;
// it is the passage's key everywhere outside the database.
type Passage struct {
	ID    string
	Title string
	Text  string
}

// Validate reports the first rule that the passage breaks.
func (p Passage) Validate() error {
	switch {
	case p.ID == "":
		return errors.New("passage without id")
	case strings.TrimSpace(p.Text) == "":
		return fmt.Errorf("passage %q has no text", p.ID)
	case strings.ContainsRune(p.ID, 0) || strings.ContainsRune(p.Text, 0) || strings.ContainsRune(p.Title, 0):
		return fmt.Errorf("passage %q contains a NUL character", p.ID)
	}
	return nil
}

// Origin says where a made text or verdict comes from. It names content, never a row: Call is the key of the call.
type Origin struct {
	Method string // strategy or stage
	Model  string // as the provider knows it
	Prompt string // name@hash of the template
	Call   Key
}

// Query is a search query. Its PassageID names the passage that is taken to answer it.
type Query struct {
	Key       Key
	Text      string
	PassageID string
	Sample    int
	Origin    Origin
	Tags      Tags

	Asked  string // how it was asked for, where it was written in one reply with documents; else ""
	Answer string // of these the one that answers it, where no passage was given, so that PassageID names none; else ""
}

// Source is what is taken to answer the query: the passage that it was written for, or the answer that was written with it.
func (q Query) Source(p Passage) Passage {
	if q.Answer == "" {
		return p
	}
	return Passage{ID: KeyOf("answer", q.Key.String()).String(), Text: q.Answer}
}

// Tags are what an imported data set says of a query beside its texts; "" where it says nothing. Nothing is decided by them.
type Tags struct {
	Subset      string // the set of a collection that the query is from
	Instruction string // that an encoder is to read before the query
	Type        string // how a trainer is to take the row
}

// Source says where a text of the data set comes from.
type Source string

// The sources of a text.
const (
	SourcePassage   Source = "passage"   // the query's own passage
	SourceGenerated Source = "generated" // written by a model
	SourceMined     Source = "mined"     // found in the corpus of the run
	SourceImported  Source = "imported"  // came with an imported data set
)

// Candidate is a text proposed as a negative of a query (or, if imported as such, as a further positive).
type Candidate struct {
	Key      Key
	Query    Key
	DocID    string // passage id for a mined or imported text, else the key
	Title    string
	Text     string
	Source   Source
	Strategy string
	Slot     int    // position in the strategy's reply
	Breaks   string // what the text is meant to fail at, in the writer's words; of one that was found, how
	Was      Label  // LabelPositive if it was imported as a positive
	Origin   Origin
}

// Slate is one query and the texts to be graded for it, in one request.
type Slate struct {
	Query Query
	Texts []Candidate
}

// Grade is a relevance grade. The zero value is Ungraded, so that a grade nobody gave can never be read as "0".
type Grade uint8

// The grades, from "nothing to do with the query" to "answers it".
const (
	Ungraded   Grade = iota
	Irrelevant       // 0: nothing to do with the query
	Related          // 1: on the topic, does not answer; a good hard negative
	Partial          // 2: answers in part or unclearly
	Answers          // 3: answers
)

// GradeOf converts a value 0-3.
func GradeOf(value int) (Grade, error) {
	if value < 0 || value > 3 {
		return Ungraded, fmt.Errorf("grade %d is outside 0-3", value)
	}
	return Grade(value + 1), nil
}

// Value is the grade as 0-3. It panics on Ungraded, which has no value.
func (g Grade) Value() int {
	if g == Ungraded || g > Answers {
		panic("hardneg: value of an ungraded text")
	}
	return int(g) - 1
}

func (g Grade) String() string {
	if g == Ungraded || g > Answers {
		return "ungraded"
	}
	return string(rune('0' + g.Value()))
}

// Verdict is what one judge said of one text: a grade, or unsure, or a failure to judge. Exactly one of the three.
type Verdict struct {
	Query     Key
	Candidate Key // the zero key for the query's own passage
	Step      int // position of the judge in the cascade, from 0
	Judge     string
	Grade     Grade
	Unsure    bool
	Failure   string  // reason, if the judge could not be asked or read
	Score     float64 // 0-1; see CONTRACT "Score"; meaningless unless graded
	Origin    Origin
}

// Opinion is what was said of a text beside the verdict that counts. It decides nothing by itself.
type Opinion struct {
	Verdict        // Step is that of the verdict beside which it stands
	N       int    // place among the opinions of the step
	Role    string // "": one of several that were combined into the verdict; else which second look it is
	Same    bool   // a second look that says what the first one said
	Place   int    // of the text among those that a second look was shown together, from 1; 0: it has none
	WasAt   int    // its place in the first look
}

// The second looks.
const (
	LookSwap   = "swap"   // the same judge, with the texts in the opposite order
	LookRepeat = "repeat" // the same judge, asked the same again
	LookAudit  = "audit"  // the next judge, on a text that would not have gone there
	LookQuote  = "quote"  // no second look: the first of two answers that a judge gives, in which it quotes
)

// State names which of the three a verdict is.
func (v Verdict) State() string {
	switch {
	case v.Failure != "":
		return "failed"
	case v.Unsure:
		return "unsure"
	default:
		return v.Grade.String()
	}
}

// Validate reports a verdict that is none or several of grade, unsure and failure.
func (v Verdict) Validate() error {
	n := 0
	for _, is := range []bool{v.Grade != Ungraded, v.Unsure, v.Failure != ""} {
		if is {
			n++
		}
	}
	if n != 1 {
		return fmt.Errorf("verdict of judge %q must be exactly one of graded, unsure, failed", v.Judge)
	}
	return nil
}

// Label is what a text counts as in the data set.
type Label string

// The labels. Only positive and negative are exported.
const (
	LabelNone      Label = ""
	LabelNegative  Label = "negative"
	LabelPositive  Label = "positive"
	LabelDropped   Label = "dropped"   // decided: not used; Decision.Why says why
	LabelUndecided Label = "undecided" // the judges could not decide
	LabelFailed    Label = "failed"    // the judges could not be asked or read

	// LabelHardQuery is that of a candidate that is no text but a query, which the query's own passage is not to answer.
	LabelHardQuery Label = "hard_query"
)

// Decision is what relabelling made of one candidate.
type Decision struct {
	Query     Key
	Candidate Key
	Was       Label
	Label     Label
	Why       string
	Policy    string
	Grade     Grade   // final grade, Ungraded if there is none
	Score     float64 // score of the final verdict
}

// Reason is what the decision counts as in stage relabel: the label, and why where it was dropped.
func (d Decision) Reason() string {
	if d.Label == LabelDropped {
		return string(d.Label) + " " + d.Why
	}
	return string(d.Label)
}

// Outcome is how an item of a stage ended. The zero value is pending.
type Outcome uint8

// The outcomes; see CONTRACT "Meaning of states".
const (
	Pending Outcome = iota
	Done
	Rejected // a text was made and a rule refused it
	Failed   // the work could not be done
)

func (o Outcome) String() string {
	names := [...]string{"pending", "done", "rejected", "failed"}
	if int(o) < len(names) {
		return names[o]
	}
	return fmt.Sprintf("outcome %d", uint8(o))
}

// Text is a positive or negative of an exported row.
type Text struct {
	DocID    string
	Title    string
	Text     string
	Source   Source
	Strategy string // negatives
	Model    string // negatives
	Grade    Grade  // Ungraded where nobody judged
	Score    float64
	HasScore bool
	Weight   *float64 // negatives: how much it counts in training, where the export gives that

	Similarity *float64 // cosine of the query and the text by an encoder, where the run has it

	Key Key // of the candidate, where its place among those of its strategy matters
}

// Example is an exported row: one query with what was found of it.
type Example struct {
	QueryID     string
	Query       string
	PassageID   string
	Split       string // train, validation or test
	Positives   []Text // the source passage first, then by falling score
	Negatives   []Text // by falling score, then key
	Spares      []Text // negatives beyond what was asked for, to take the places of others in training: by falling score, then rank
	HardQueries []HardQuery
	QueryModel  string
	QueryPrompt string
	Tags        Tags // of an imported query
}

// HardQuery is a query that looks like that of a row and that its passage does not answer. Grade and score are the passage's for it.
type HardQuery struct {
	Key   Key // of the candidate
	Text  string
	Grade Grade
	Score float64
}

// Problem is a place in an input file that could not be used.
type Problem struct {
	File    string
	Line    int
	Message string
}
