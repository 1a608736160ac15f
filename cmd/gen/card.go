package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/judge"
	"hardneg/prompts"
	"hardneg/relabel"
	"hardneg/store"
)

// info is what the card and the manifest say of the run: nothing that depends on time, calls, paths, kills or shards.
func (e *exporter) info(s status, languages map[string]int) export.Info {
	r, complete := e.cfg.Relabel, s.complete()
	info := export.Info{
		ToolVersion: version, Fingerprint: fingerprint(e.recipes), Complete: complete, License: e.cfg.Export.License, Languages: mainLanguages(languages),
		Policy: r.Policy, Models: modelUses(e.cfg, e.totals), Stages: stageCounts(s), Agreement: e.agreement(), Warnings: e.warnings(),
		Relabel: map[string]string{"negative_at": strconv.Itoa(r.NegativeAt), "false_negative_at": strconv.Itoa(r.FalseNegativeAt), "ambiguous": r.Ambiguous,
			"generated_positive": strconv.FormatBool(r.GeneratedPositive), "max_false_negatives": strconv.Itoa(r.MaxFalseNegatives)},
		Counts: e.tally(),
		Notes: []string{
			"Generated negatives alone underperform mined ones in the head paper's later versions (arXiv 2504.21015); mixing both recovers most of the gap.",
			"Generated text can be told from human text without the query: a set with human positives and generated negatives alone can teach that.",
			"Grades are a model's judgement; judges agree with people only fairly.",
		},
	}
	if r.Positive == relabel.PositiveBest {
		info.Relabel["positive"] = r.Positive
	}
	if r.Margin != nil {
		info.Relabel["margin"] = strconv.FormatFloat(*r.Margin, 'g', -1, 64)
	}
	for _, l := range s.Looks {
		info.Notes = append(info.Notes, "Second looks: "+l.String()+".")
	}
	for _, d := range e.declared.shaping() {
		info.Notes = append(info.Notes, fmt.Sprintf("In the middle of the run %s was changed from %s to %s; what had been answered by then was kept.", d.key(), d.Was, d.Is))
	}
	if e.tasks {
		info.Notes = append(info.Notes, "Queries were written for search tasks that a model thought up, without any passage. The first positive of a row was written by the same model, in one reply with its query: no text of this set comes from a corpus unless its source says so.")
	}
	info.Choices = e.choices()
	info.MaxNegativeGrade, _ = hardneg.GradeOf(r.NegativeAt)
	if r.Ambiguous == "keep" || r.Policy == relabel.Keep {
		info.MaxNegativeGrade, _ = hardneg.GradeOf(max(r.FalseNegativeAt-1, r.NegativeAt))
	}
	if r.Policy == relabel.Keep || r.Policy == relabel.Soft {
		info.MaxNegativeGrade = hardneg.Answers
	}
	return info
}

// choices is what of export.* decides the rows, in words: a folder of test queries is known by what is in it.
func (e *exporter) choices() map[string]string {
	x := e.cfg.Export
	out := map[string]string{
		"negatives":      fmt.Sprintf("%d a row where the format has a fixed number, by %s", x.Negatives, x.Pick),
		"split":          fmt.Sprintf("train %g, validation %g, test %g, by %s", x.Split.Train, x.Split.Validation, x.Split.Test, e.unit()),
		"balance_origin": strconv.FormatBool(x.BalanceOrigin),
		"scores":         scoresText(e.cfg),
	}
	if e.pooled {
		out["spares"] = "in place of texts of their strategy that fall away; the others are left out"
		if x.Spares {
			out["spares"] = "in place of texts of their strategy that fall away; the others in a column of their own, where the format has one"
		}
	}
	if len(x.Where) > 0 {
		out["where"] = strings.Join(x.Where, "; ")
	}
	if e.tests != nil {
		out["decontaminate"] = fmt.Sprintf("%d test queries (sha256 %.12s)", e.tests.number, e.tests.digest())
	}
	return out
}

// unit is what the queries of one split have in common.
func (e *exporter) unit() string {
	if e.tasks {
		return "task, and by the answer that stands in place of a source passage"
	}
	return "source passage"
}

// warnings are what a reader has to know before all else; that a set is not complete, the card says by itself.
func (e *exporter) warnings() []string {
	var out []string
	if e.cfg.Relabel.Policy == relabel.Keep {
		out = append(out, "Policy keep: false negatives and ambiguous texts are among the negatives. This is the unrelabelled baseline, for comparison only.")
	}
	if e.cfg.Relabel.Policy == relabel.Soft {
		out = append(out, "Policy soft: no text was thrown away or relabelled, so that some negatives answer. Train with a loss that takes their scores, such as distillation; not with one that takes every negative for a wrong answer.")
	}
	for _, w := range e.cfg.OwnJudges() {
		said, _, _ := strings.Cut(w, ";")
		out = append(out, said+".")
	}
	out = append(out, e.scores.warnings(e.cfg)...)
	if e.offline {
		out = append(out, "Texts or grades come from the built-in offline rules, not from a model. This set shows the pipeline; do not train on it.")
	}
	return out
}

// fromOffline reports that the built-in rules wrote something of a row or graded it. What stands in the row decides, not the config,
// which may have changed since.
func fromOffline(ex hardneg.Example, q store.QueryState) bool {
	graded := func(vs []hardneg.Verdict) bool {
		for i := range vs {
			if vs[i].Origin.Model == config.OfflineName {
				return true
			}
		}
		return false
	}
	written := func(ts []hardneg.Text) bool {
		for i := range ts {
			if ts[i].Model == config.OfflineName {
				return true
			}
		}
		return false
	}
	if ex.QueryModel == config.OfflineName || graded(q.Source) || written(ex.Positives) || written(ex.Negatives) || written(ex.Spares) {
		return true
	}
	for i := range q.Candidates {
		if graded(q.Candidates[i].Verdicts) {
			return true
		}
	}
	return false
}

// modelUses lists which model does what, with the hashes of the prompts. Queries that were imported no model wrote.
func modelUses(cfg *config.Config, totals map[string]int64) []export.ModelUse {
	u := uses{cfg: cfg}
	u.set, u.err = prompts.Load(cfg.Prompts.Dir)
	u.queries(totals)
	for _, s := range cfg.Generate.Negatives {
		u.negatives(s)
	}
	u.judges()
	if role := cfg.Judge.Similarity.Encoder; role != "" {
		m := cfg.Models[role]
		u.all = append(u.all, export.ModelUse{Role: role, Stage: stageJudge, Provider: m.Provider, Model: encoderText(m), How: "similarity: cosine of each query and its texts"})
	}
	return u.all
}

// uses collects what models do.
type uses struct {
	cfg *config.Config
	set *prompts.Set
	err error // there is no set: a name of a prompt is better than no card
	all []export.ModelUse
}

func (u *uses) add(stage, role, prompt, how string) {
	m := u.cfg.Models[role]
	if u.err == nil {
		if t, err := u.set.Get(prompt); err == nil {
			prompt = t.ID()
		}
	}
	u.all = append(u.all, export.ModelUse{Role: role, Stage: stage, Provider: m.Provider, Model: m.Name(), Prompt: prompt, How: how})
}

func (u *uses) queries(totals map[string]int64) {
	q := u.cfg.Generate.Queries
	asked := fmt.Sprintf("%d per passage", q.PerPassage)
	if n := tasksOf(u.cfg); n > 0 {
		asked = fmt.Sprintf("%d per task, of %d tasks", q.PerPassage, n)
	}
	if q.RoundTrip.By != "" {
		by := q.RoundTrip.By
		if e := q.RoundTrip.Encoder; e != "" {
			by = u.cfg.Models[e].Name()
		}
		asked += fmt.Sprintf("; kept where %s finds the passage by it among the first %d", by, q.RoundTrip.Top)
	}
	if tasksOf(u.cfg) > 0 || q.PerPassage > 0 && totals["passages"] > totals["own_passages"] {
		u.add(stageQueries, q.Model, q.Prompt, asked)
	}
	if own := totals["own_queries"]; own > 0 {
		u.all = append(u.all, export.ModelUse{Stage: stageQueries, How: fmt.Sprintf("%d came with the passages", own)})
	}
}

func (u *uses) negatives(s config.Strategy) {
	each := fmt.Sprintf("%s, %d per query", s.Name(), s.Count)
	if s.Pool > 0 {
		each += fmt.Sprintf(" and %d spares", s.Pool)
	}
	how := each
	if len(s.Writers()) == 0 {
		u.add(stageNegatives, "", "", how)
	}
	for i, role := range s.Writers() {
		if len(s.Models) > 0 {
			how = fmt.Sprintf("%s, for %.3g of the queries", each, s.Shares[i])
		}
		u.add(stageNegatives, role, s.Prompt, how)
	}
	for _, prompt := range checksOf(s) {
		u.add(stageNegatives, s.Check, prompt, "checks what "+s.Name()+" writes")
	}
}

func (u *uses) judges() {
	j, source := u.cfg.Judge, "the source passage"
	if tasksOf(u.cfg) > 0 {
		source = "the answer that was written with the query"
	}
	if j.Positives {
		for i, s := range j.Cascade {
			how := fmt.Sprintf("%s, which needs grade %d", source, j.PositiveAt)
			if i > 0 {
				how = "if the judge before gave less, or was undecided: " + how
			}
			u.add(stageVerify, s.Model, s.Prompt, how)
		}
	}
	for i, s := range j.Cascade {
		how := fmt.Sprintf("up to %d texts at a time", s.Slate)
		if i+1 < len(j.Cascade) {
			how += fmt.Sprintf("; grade %d or above, or undecided, goes to the next", s.ForwardAt)
			if s.Forward == config.ForwardQuery {
				how += " with all texts of its query"
			}
		}
		u.add(stageJudge, s.Model, s.Prompt, how)
		switch kind := judge.KindOf(s.Prompt); {
		case kind.With != "":
			u.add(stageJudge, s.Model, kind.With, "the second of two questions; their verdicts become one by rule "+string(judge.Unanimous))
		case kind.Name == judge.KindSnippet:
			u.add(stageJudge, s.Model, promptRank, "ranks the texts that were quoted from")
		}
		for _, also := range s.Also {
			u.add(stageJudge, also.Model, also.Prompt, fmt.Sprintf("beside %s; their verdicts become one by rule %s", s.Model, s.Combine))
		}
	}
}

// stageCounts is what became of the items of the run. What relabelling decided is left out: the export decides anew.
func stageCounts(s status) (out []export.StageCount) {
	for _, x := range s.Stages {
		if x.Stage == stageRelabel {
			continue
		}
		c := export.StageCount{Stage: x.Stage, Planned: x.Planned, Done: x.Done, Rejected: x.Rejected, Failed: x.Failed, Pending: x.Pending}
		for _, r := range x.Reasons {
			c.Reasons = append(c.Reasons, export.Count{Name: r.Outcome + ": " + r.Reason, N: r.N})
		}
		slices.SortFunc(c.Reasons, func(a, b export.Count) int { return strings.Compare(a.Name, b.Name) })
		out = append(out, c)
	}
	return out
}

// languageRows is how many rows are enough to name the languages of a data set; they come in the order of a hash.
const languageRows = 1000

// mainLanguages are the languages of at least one row in fifty; "" counts rows whose language is not known.
func mainLanguages(n map[string]int) []string {
	var out []string
	rows := 0
	for _, k := range n {
		rows += k
	}
	for code, k := range n {
		if code != "" && k*50 >= rows {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return out
}
