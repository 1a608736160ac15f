package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/store"
)

func (a *app) whyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "why ID", Short: "Everything known of a query, candidate or passage", Args: cobra.ExactArgs(1),
		Long: help("why prints where a text came from and what became of it: prompts, replies, verdicts, decision, cost. ID is a\n"+
			"passage's id, the key of a query or of a candidate (docid in an export), or the id of an imported query. All calls are\n"+
			"shown, in their order: every attempt, and every failure with its endpoint, class and message. What was asked more than\n"+
			"once is looked for in the whole log of calls, which takes seconds where that holds gigabytes.",
			"  0 printed   2 no run there, or nothing with that id   6 the file can't be read",
			"  gen why bees-03"),
		RunE: func(c *cobra.Command, args []string) error { return a.why(c.Context(), args[0]) },
	}
}

func (a *app) why(ctx context.Context, id string) error {
	cfg, st, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	t, err := newTeller(ctx, cfg, st, a.out)
	if err != nil {
		return err
	}
	found, err := st.Find(ctx, id)
	if err != nil {
		return err
	}
	if len(found.Passages)+len(found.Queries) == 0 {
		return usage("ids stand in the export (query_id, passage_id, docid) and in the corpus", "nothing in %s has the id %q", cfg.Run.Dir, id)
	}
	if err := t.declared(ctx); err != nil {
		return err
	}
	for _, p := range found.Passages {
		if err := t.passage(ctx, p); err != nil {
			return err
		}
	}
	for _, row := range found.Queries {
		if err := t.query(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// teller tells what is known of the items of a run.
type teller struct {
	cfg   *config.Config
	st    *store.Store
	e     *exporter
	chain store.Chain
	w     io.Writer
	shown map[hardneg.Key]bool // calls

	systems map[string]bool // static parts of requests that were shown
	spent   spent           // by the calls of the query that is being told of
	options *export.Options // nil before a row is told of
}

func newTeller(ctx context.Context, cfg *config.Config, st *store.Store, w io.Writer) (*teller, error) {
	t := &teller{cfg: cfg, st: st, w: w, shown: map[hardneg.Key]bool{}, systems: map[string]bool{}}
	_, rs, started, err := storedPlan(ctx, st)
	if err != nil {
		return nil, err
	}
	t.chain = chainOf(rs)
	if started {
		t.e, err = newExporter(ctx, cfg, st)
	}
	return t, err
}

// declared prints the changes over which answers were kept: what is shown below may be of before or after.
func (t *teller) declared(ctx context.Context) error {
	ds, err := storedDeclarations(ctx, t.st)
	for _, d := range ds {
		fmt.Fprintln(t.w, d)
	}
	return err
}

// split is where the export puts the queries of a passage.
func (t *teller) split(ctx context.Context, passage string) (string, error) {
	if t.e == nil { // nothing was made of it yet
		s, err := newSplitter(ctx, t.st, t.chain.Queries, t.cfg.Export.Split, positiveAt(t.cfg))
		if err != nil {
			return "", err
		}
		return s.of(passage), nil
	}
	if err := t.e.prepare(ctx); err != nil {
		return "", err
	}
	return t.e.splits.of(passage), nil
}

func (t *teller) heading(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	fmt.Fprintf(t.w, "\n%s\n%s\n", s, strings.Repeat("─", min(len([]rune(s)), 100)))
}

func (t *teller) passage(ctx context.Context, p store.PassageRow) error {
	t.heading("passage %s", p.ID)
	split, err := t.split(ctx, p.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.w, "%s:%d, split %s\n", p.File, p.Line, split)
	if p.Title != "" {
		fmt.Fprintf(t.w, "Title: %s\n", p.Title)
	}
	fmt.Fprintln(t.w, p.Text)
	rows, err := t.st.QueriesOfPassage(ctx, p.Row, t.chain.Queries)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		fmt.Fprintln(t.w, "\nno query yet")
		ofPassage := func(c hardneg.Call) bool {
			return c.Input == p.ID || c.Input == generate.CharacterInput(p.ID) || t.isTasksCall(c, p.ID)
		}
		if err := t.unanswered(ctx, stageQueries, ofPassage); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if err := t.query(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

func (t *teller) query(ctx context.Context, row int64) error {
	q, err := t.st.State(ctx, row, t.chain)
	if err != nil {
		return err
	}
	rec, err := t.st.QueryRecord(ctx, row, t.chain)
	if err != nil {
		return err
	}
	t.heading("query %s", q.Key)
	fmt.Fprintf(t.w, "%s\npassage %s, sample %d; %s", q.Text, q.PassageID, q.Sample, outcomeText(rec.Outcome, rec.Reason))
	if q.Given != "" {
		fmt.Fprintf(t.w, ", imported as %q", q.Given)
	}
	if q.Tags.Subset != "" {
		fmt.Fprintf(t.w, ", subset %s", q.Tags.Subset)
	}
	fmt.Fprintln(t.w)
	if q.Asked != "" {
		fmt.Fprintf(t.w, "asked for: %s\n", q.Asked)
	}
	if q.Answer != "" {
		fmt.Fprintf(t.w, "answer %s, written with it, in place of a passage:\n%s\n", q.Passage.ID, q.Answer)
	}
	t.spent = spent{}
	if err := t.call(ctx, q.Origin.Call); err != nil {
		return err
	}
	if err := t.chosen(ctx, q); err != nil {
		return err
	}
	if rec.Outcome == hardneg.Failed && q.Origin.Call.IsZero() {
		ofSample := func(c hardneg.Call) bool {
			return (c.Input == q.PassageID || c.Input == generate.CharacterInput(q.PassageID)) && c.Sample == q.Sample || t.isTasksCall(c, q.PassageID)
		}
		if err := t.unanswered(ctx, stageQueries, ofSample); err != nil {
			return err
		}
	}
	if len(q.Source) > 0 {
		fmt.Fprintf(t.w, "\nverify: %s\n", outcomeText(rec.Verify, rec.VerifyReason))
		beside, err := t.st.Opinions(ctx, row, t.chain.Verify)
		if err != nil {
			return err
		}
		if err := t.verdicts(ctx, q.Source, beside[0]); err != nil {
			return err
		}
	}
	beside, err := t.st.Opinions(ctx, row, t.chain.Judge)
	if err != nil {
		return err
	}
	t.similarity("its passage", q.Similarity)
	known := map[int64]store.CandidateRow{}
	for _, c := range q.Candidates {
		known[c.Row] = c
	}
	now := map[int64]hardneg.Decision{}
	for i, d := range decideAll(rulesOf(t.cfg).For(q.Source), q.Candidates) {
		now[q.Candidates[i].Row] = d
	}
	for _, c := range rec.Slots {
		c.Similarity = known[c.Row].Similarity
		if err := t.candidate(ctx, c, known[c.Row].Verdicts, beside[c.Row], rec.Decisions[c.Row], now[c.Row]); err != nil {
			return err
		}
	}
	if err := t.others(ctx, q, rec.Slots); err != nil {
		return err
	}
	if err := t.lost(ctx, q, rec); err != nil {
		return err
	}
	fmt.Fprintf(t.w, "\nof this query: %s\n", t.spent)
	return t.row(ctx, q)
}

func outcomeText(o hardneg.Outcome, reason string) string {
	if reason == "" {
		return o.String()
	}
	return o.String() + " (" + reason + ")"
}

// candidate prints a text. It was decided so by the last run, and is now, by the effective config, as an export decides.
func (t *teller) candidate(ctx context.Context, c store.CandidateRow, vs []hardneg.Verdict, beside []hardneg.Opinion, was, now hardneg.Decision) error {
	t.heading("candidate %s", c.Key)
	fmt.Fprintf(t.w, "%s %s, slot %d%s; %s\n", c.Source, c.Strategy, c.Slot, t.spareText(c), outcomeText(c.Outcome, c.Reason))
	if c.DocID != "" && c.DocID != c.Key.String() {
		fmt.Fprintf(t.w, "docid %s\n", c.DocID)
	}
	switch {
	case c.Breaks != "" && c.Source == hardneg.SourceMined:
		fmt.Fprintf(t.w, "found: %s\n", c.Breaks)
	case c.Breaks != "" && c.Strategy == generate.Triplet:
		fmt.Fprintf(t.w, "asked for: %s\n", c.Breaks)
	case c.Breaks != "":
		fmt.Fprintf(t.w, "breaks: %s\n", c.Breaks)
	}
	if c.Text != "" {
		fmt.Fprintln(t.w, c.Text)
	}
	if err := t.call(ctx, c.Origin.Call); err != nil {
		return err
	}
	if err := t.verdicts(ctx, vs, beside); err != nil {
		return err
	}
	t.similarity("the text", c.Similarity)
	switch said := was.Reason(); {
	case was.Label == "":
	case now.Label == "" || now.Reason() == said:
		fmt.Fprintf(t.w, "decision: %s\n", said)
	default:
		fmt.Fprintf(t.w, "decision: %s, by this config; by that of the last run: %s\n", now.Reason(), said)
	}
	return nil
}

// similarity prints how similar the query and a text are, where that is known.
func (t *teller) similarity(what string, cosine *float64) {
	if cosine != nil {
		fmt.Fprintf(t.w, "similarity: cosine %.4f of the query and %s, by %s\n", *cosine, what, t.cfg.Judge.Similarity.Encoder)
	}
}

func indent(w io.Writer, name, text string) {
	if text == "" {
		return
	}
	fmt.Fprintf(w, "    %s:\n", name)
	for line := range strings.Lines(text) {
		fmt.Fprintf(w, "    │ %s\n", strings.TrimRight(line, "\n"))
	}
}
