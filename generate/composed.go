package generate

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/internal/text"
	"hardneg/prompts"
)

// Composer asks for a query, a document that answers it and hard negatives in one reply, from a passage or from a task, after E5-mistral
// (arXiv 2401.00368). Stage queries takes the query out of the reply; strategy [Triplet] reads the documents from it, which costs no other
// request. It is safe for concurrent use.
type Composer struct {
	*Writer
	Negatives int    // documents of a reply that do not answer
	Language  string // as in Queries
	Card      StyleCard
	Tasks     *Tasks // nil: a query is written for a passage
}

// The slots of the paper. All of them are drawn evenly.
var (
	queryTypes   = []string{"extremely long-tail", "long-tail", "common"}
	queryLengths = []string{"fewer than 5 words", "5 to 15 words", "at least 10 words"}
	clarities    = []string{"clear", "understandable with some effort", "ambiguous"}
	educations   = []string{"high school", "college", "PhD"}
)

// documentWords are the lengths of the documents of a task, for which no corpus sets an example. The paper goes up to 500 words; a reply's
// schema has room for 260.
var documentWords = []int{50, 100, 150, 200, 220}

// composed is a query with its documents.
type composed struct {
	query    string
	texts    []Proposal // the first one answers
	asked    string     // the task, where there is one, and the slots
	language string     // ISO 639-1; "": it is not known
	call     hardneg.Key
	repaired []hardneg.Key
}

// composedReply is the reply to one request.
type composedReply struct {
	Query *string `json:"user_query"`
	tripletReply
}

func (r composedReply) check(resp llm.Response) error {
	if r.Query == nil {
		return errors.New("there is no query in it")
	}
	return r.tripletReply.check(resp)
}

func composedSchema(negatives int) llm.Schema {
	return llm.Schema{Name: "composed", JSON: []byte(fmt.Sprintf(`{"type":"object","properties":{"user_query":{"type":"string","maxLength":300},%s},`+
		`"required":["user_query","positive_document","hard_negative_documents"],"additionalProperties":false}`, documentsSchema(negatives)))}
}

// compose writes the query of a sample with its documents. A rule is named where there is nothing to write it for.
func (c *Composer) compose(ctx context.Context, p hardneg.Passage, sample, retries int) (composed, Rule, error) {
	shown, language, said := prompts.PassageText(p.Title, p.Text), languageOf(c.Language, p), ""
	if c.Tasks != nil {
		task, rule, err := c.task(ctx, p.ID, retries)
		if err != nil || rule != "" {
			return composed{}, rule, err
		}
		shown, said, language = task, "task: "+task+"; ", c.Tasks.Languages[c.of(len(c.Tasks.Languages), "language", p.ID, sample)]
	}
	slots, lengths := c.slots(p.ID, sample, language), c.lengths(p.ID, sample)
	answer, err := llm.Ask(ctx, c.Client, retries, func(attempt int) (llm.Question[composedReply], error) {
		user, err := c.Prompt.User(prompts.ComposedData{Fence: prompts.Fence(c.Seed, StageQueries, p.ID, sample, attempt, shown), Text: shown, Slots: slots, Lengths: lengths})
		if err != nil {
			return llm.Question[composedReply]{}, fmt.Errorf("prompt %s: %w", c.Prompt.Name, err)
		}
		r := c.request(StageQueries, p.ID, user, composedSchema(c.Negatives), sample, attempt)
		r.Cap(func(n int) int { return roomFor(lengths, n) })
		return llm.Question[composedReply]{Request: r, Check: composedReply.check}, nil
	})
	if err != nil {
		return composed{}, "", err
	}
	out := composed{query: strings.TrimSpace(*answer.Value.Query), asked: said + slotsText(slots, lengths), language: language, call: answer.Response.Call, repaired: answer.Repaired}
	for i, t := range answer.Value.proposals() {
		if i == len(lengths) {
			break
		}
		t.Cut, t.Text = utf8.RuneCountInString(t.Text) >= maxNegativeRunes, strings.TrimSpace(t.Text)
		t.Min, t.Max = lengths[i].Min, lengths[i].Max
		t.Breaks = slotsText(slots, lengths[i:i+1])
		out.texts = append(out.texts, t)
	}
	return out, "", nil
}

// of draws a place among n for a sample.
func (c *Composer) of(n int, what, id string, sample int) int {
	return int(c.draw("slot", what, id, strconv.Itoa(sample)) % uint64(n))
}

func (c *Composer) slots(id string, sample int, language string) prompts.Slots {
	one := func(of []string, what string) string { return of[c.of(len(of), what, id, sample)] }
	return prompts.Slots{Type: one(queryTypes, "type"), Length: one(queryLengths, "length"), Clarity: one(clarities, "clarity"), Difficulty: one(educations, "difficulty"),
		Language: languageName(language)}
}

// lengths are those of the documents: as long as the passages of the corpus, or as the paper has them where there is none.
func (c *Composer) lengths(id string, sample int) []prompts.Length {
	out := make([]prompts.Length, 1+c.Negatives)
	for i := range out {
		what := "document " + strconv.Itoa(i)
		if c.Tasks == nil {
			out[i].Min, out[i].Max = c.Card.Length(c.draw("slot", what, id, strconv.Itoa(sample)))
			continue
		}
		n := documentWords[c.of(len(documentWords), what, id, sample)]
		out[i] = prompts.Length{Min: n, Max: min(longestAsked, n*6/5)}
	}
	return out
}

// slotsText says how a query and documents were asked for.
func slotsText(s prompts.Slots, lengths []prompts.Length) string {
	words := make([]string, len(lengths))
	for i, l := range lengths {
		words[i] = fmt.Sprintf("%d to %d", l.Min, l.Max)
	}
	return fmt.Sprintf("query: %s, %s, %s; documents: %s words, for readers with a %s education; language: %s",
		s.Type, s.Length, s.Clarity, strings.Join(words, ", "), s.Difficulty, s.Language)
}

// everyAttempt reads on to the attempt that was readable, whatever a retry had to do with it: all before it are stored.
const everyAttempt = 100

// again reads the reply that a query was taken from. source is what the query was written for, where that is a passage.
func (c *Composer) again(ctx context.Context, q hardneg.Query, source hardneg.Passage) (composed, error) {
	if c.Tasks != nil {
		source = hardneg.Passage{}
	}
	source.ID = q.PassageID
	out, rule, err := c.compose(ctx, source, q.Sample, everyAttempt)
	if err == nil && rule != "" {
		err = fmt.Errorf("the query of %s was written for a task that is %s now", q.PassageID, rule)
	}
	return out, err
}

// compose writes one sample with its documents.
func (g *Queries) compose(ctx context.Context, p hardneg.Passage, sample, retries int) (Query, []hardneg.Key, error) {
	q := Query{Query: g.blank(p.ID, sample)}
	c, rule, err := g.Composer.compose(ctx, p, sample, retries)
	if err != nil {
		q.Origin.Call = llm.CallOf(err)
		q.Outcome, q.Reason, err = failure(err)
		return q, nil, err
	}
	q.Text, q.Asked, q.Origin.Call, q.Outcome = c.query, c.asked, c.call, hardneg.Done
	if rule == "" && g.Composer.Tasks != nil {
		q.Answer = c.texts[0].Text
		rule = c.checkAnswer()
		p = q.Source(p)
	}
	if rule == "" {
		rule = CheckQuery(q.Text, p, c.language)
	}
	q, err = g.kept(ctx, q, rule, p)
	return q, c.repaired, err
}

// AnswerRule begins the rules that the answer of a query breaks that was written with it.
const AnswerRule = "answer_"

// checkAnswer names the rule that the document breaks that is to stand in the place of a passage: those of all that is written.
func (c composed) checkAnswer() Rule {
	t := c.texts[0]
	rule := TooLong
	if !t.Cut {
		rule = CheckNegative(NegativeText{Query: c.query, Text: t.Text, Min: t.Min, Max: t.Max, Language: c.language})
	}
	if rule == "" {
		return ""
	}
	return AnswerRule + rule
}

// languageOf is the language of a passage, "" where it is not known; configured is a language for all, or auto.
func languageOf(configured string, p hardneg.Passage) string {
	if configured != "" && configured != "auto" {
		return configured
	}
	if code, sure := text.Language(p.Text); sure {
		return code
	}
	return ""
}
