package generate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/internal/text"
	"hardneg/prompts"
)

// StageQueries is the stage that writes queries.
const StageQueries = "queries"

// MethodQuery is the method in the origin of a written query.
const MethodQuery = "query"

// Queries writes the queries of a passage.
type Queries struct {
	*Writer
	PerPassage int
	Language   string     // ISO 639-1; "" or auto: that of each passage
	Personas   []string   // of whom some are shown where the kind of the prompt shows them; nil: [Characters]
	RoundTrip  *RoundTrip // nil: a query is not looked for in the corpus
	Composer   *Composer  // who writes queries with documents; nil: they are written alone
	Own        string     // what decides the queries beside model, prompt and sample; "" for nothing

	people people
}

// Query is a query and what became of it.
type Query struct {
	hardneg.Query
	Outcome hardneg.Outcome
	Reason  string
}

// QueriesOf is what became of all samples of a passage.
type QueriesOf struct {
	Queries  []Query
	Repaired []hardneg.Key
}

var querySchema = llm.Schema{Name: "query", JSON: []byte(
	`{"type":"object","properties":{"query":{"type":"string","maxLength":300}},"required":["query"],"additionalProperties":false}`)}

type queryReply struct {
	Query *string `json:"query"` // nil: left out, which is not the same as empty
}

func (r queryReply) check(llm.Response) error {
	if r.Query == nil {
		return errors.New("there is no query in it")
	}
	return nil
}

// Key is the key of a passage's sample.
func (g *Queries) Key(passage string, sample int) hardneg.Key {
	parts := []string{StageQueries, passage, g.Settings.String(), g.Prompt.Hash, strconv.Itoa(sample)}
	if g.Own != "" {
		parts = append(parts, g.Own)
	}
	return hardneg.KeyOf(parts...)
}

// Write writes the missing queries of a passage; have are the samples that stand already. Duplicates are decided when all
// samples are there: the lowest sample wins, and one that stood before wins over a new one. Of a passage that
// [CheckPassage] names a rule for no query is asked for; its samples are rejected with that rule.
func (g *Queries) Write(ctx context.Context, p hardneg.Passage, have map[int]Query, retries int) (QueriesOf, error) {
	var out QueriesOf
	var planned error
	standing := map[string]bool{}
	for _, q := range have {
		if q.Outcome == hardneg.Done {
			standing[QueryKey(q.Text)] = true
		}
	}
	language, rule := languageOf(g.Language, p), g.checkSource(p)
	for sample := range g.PerPassage {
		if _, ok := have[sample]; ok {
			continue
		}
		if rule != "" {
			out.Queries = append(out.Queries, Query{Query: g.blank(p.ID, sample), Outcome: hardneg.Rejected, Reason: string(rule)})
			continue
		}
		q, repaired, err := g.write(ctx, p, sample, language, retries)
		if errors.Is(err, llm.ErrPlanned) {
			planned = err // and the other samples are asked for in the same batch
			continue
		}
		if err != nil {
			return QueriesOf{}, err
		}
		if q.Outcome == hardneg.Done && standing[QueryKey(q.Text)] {
			q.Outcome, q.Reason = hardneg.Rejected, string(Duplicate)
		}
		if q.Outcome == hardneg.Done {
			standing[QueryKey(q.Text)] = true
		}
		out.Queries = append(out.Queries, q)
		out.Repaired = append(out.Repaired, repaired...)
	}
	if planned != nil {
		return QueriesOf{}, planned
	}
	return out, nil
}

// checkSource names the rule by which no query is asked for a passage. A task is none.
func (g *Queries) checkSource(p hardneg.Passage) Rule {
	if g.Composer != nil && g.Composer.Tasks != nil {
		return ""
	}
	return CheckPassage(p)
}

// blank is a query that is still to be written.
func (g *Queries) blank(passage string, sample int) hardneg.Query {
	return hardneg.Query{Key: g.Key(passage, sample), PassageID: passage, Sample: sample, Origin: g.origin(MethodQuery, hardneg.Key{})}
}

func (g *Queries) write(ctx context.Context, p hardneg.Passage, sample int, language string, retries int) (Query, []hardneg.Key, error) {
	defer g.RoundTrip.writing()()
	if g.Composer != nil {
		return g.compose(ctx, p, sample, retries)
	}
	q := Query{Query: g.blank(p.ID, sample)}
	answer, err := g.ask(ctx, p, sample, language, retries)
	if err != nil {
		q.Origin.Call = llm.CallOf(err)
		q.Outcome, q.Reason, err = failure(err)
		return q, nil, err
	}
	q.Text, q.Origin.Call = strings.TrimSpace(*answer.Value.Query), answer.Response.Call
	q.Outcome = hardneg.Done
	q, err = g.kept(ctx, q, CheckQuery(q.Text, p, language), p)
	return q, answer.Repaired, err
}

// kept is a query after the last check, unless it breaks a rule already.
func (g *Queries) kept(ctx context.Context, q Query, rule Rule, p hardneg.Passage) (_ Query, err error) {
	if rule == "" && g.RoundTrip != nil {
		if rule, err = g.RoundTrip.check(ctx, q.Text, p); err != nil { // it was asked for its vector
			q.Outcome, q.Reason, err = failure(err)
			return q, err
		}
	}
	if rule != "" {
		q.Outcome, q.Reason = hardneg.Rejected, string(rule)
	}
	return q, nil
}

// ask asks for a query, in two turns where the kind of the prompt has two.
func (g *Queries) ask(ctx context.Context, p hardneg.Passage, sample int, language string, retries int) (llm.Answer[queryReply], error) {
	if QueryKindOf(g.Prompt.Name).Personas {
		return g.askAs(ctx, p, sample, language, retries)
	}
	return llm.Ask(ctx, g.Client, retries, func(attempt int) (llm.Question[queryReply], error) {
		return g.question(p, sample, attempt, language)
	})
}

// failure sorts an error: a refusal is a text that a rule refused, a failed item is failed, anything else stops the run.
func failure(err error) (hardneg.Outcome, string, error) {
	reason, ok := llm.ItemFailure(err)
	switch {
	case !ok:
		return hardneg.Pending, "", err
	case reason == "refused":
		return hardneg.Rejected, string(Refusal), nil
	}
	return hardneg.Failed, reason, nil
}

func (g *Queries) question(p hardneg.Passage, sample, attempt int, language string) (llm.Question[queryReply], error) {
	shown := prompts.PassageText(p.Title, p.Text)
	user, err := g.Prompt.User(prompts.QueryData{
		Fence:   prompts.Fence(g.Seed, StageQueries, p.ID, sample, attempt, shown),
		Passage: shown, Kind: g.kind(p.ID, sample), Language: languageName(language),
	})
	if err != nil {
		return llm.Question[queryReply]{}, fmt.Errorf("prompt %s: %w", g.Prompt.Name, err)
	}
	return llm.Question[queryReply]{Request: g.request(StageQueries, p.ID, user, querySchema, sample, attempt), Check: queryReply.check}, nil
}

func languageName(code string) string {
	return cmp.Or(text.LanguageName(code), "the language of the passage")
}
