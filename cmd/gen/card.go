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
		Policy: r.Policy, Models: modelUses(e.cfg), Stages: stageCounts(s), Agreement: e.agreement(), Warnings: e.warnings(),
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
		"split":          fmt.Sprintf("train %g, validation %g, test %g, by source passage", x.Split.Train, x.Split.Validation, x.Split.Test),
		"balance_origin": strconv.FormatBool(x.BalanceOrigin),
		"scores":         scoresText(e.cfg),
	}
	if len(x.Where) > 0 {
		out["where"] = strings.Join(x.Where, "; ")
	}
	if e.tests != nil {
		out["decontaminate"] = fmt.Sprintf("%d test queries (sha256 %.12s)", e.tests.number, e.tests.digest())
	}
	return out
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
	texts := slices.Concat(ex.Positives, ex.Negatives)
	graded := func(vs []hardneg.Verdict) bool {
		return slices.ContainsFunc(vs, func(v hardneg.Verdict) bool { return v.Origin.Model == config.OfflineName })
	}
	return ex.QueryModel == config.OfflineName || graded(q.Source) ||
		slices.ContainsFunc(texts, func(t hardneg.Text) bool { return t.Model == config.OfflineName }) ||
		slices.ContainsFunc(q.Candidates, func(c store.CandidateRow) bool { return graded(c.Verdicts) })
}

// modelUses lists which model does what, with the hashes of the prompts.
func modelUses(cfg *config.Config) (out []export.ModelUse) {
	set, err := prompts.Load(cfg.Prompts.Dir)
	add := func(stage, role, prompt, how string) {
		m := cfg.Models[role]
		if err == nil { // else a name is better than no card
			if t, err := set.Get(prompt); err == nil {
				prompt = t.ID()
			}
		}
		out = append(out, export.ModelUse{Role: role, Stage: stage, Provider: m.Provider, Model: m.Name(), Prompt: prompt, How: how})
	}
	q := cfg.Generate.Queries
	asked := fmt.Sprintf("%d per passage", q.PerPassage)
	if q.RoundTrip.By != "" {
		by := q.RoundTrip.By
		if e := q.RoundTrip.Encoder; e != "" {
			by = cfg.Models[e].Name()
		}
		asked += fmt.Sprintf("; kept where %s finds the passage by it among the first %d", by, q.RoundTrip.Top)
	}
	if q.PerPassage > 0 {
		add(stageQueries, q.Model, q.Prompt, asked)
	}
	for _, s := range cfg.Generate.Negatives {
		how := fmt.Sprintf("%s, %d per query", s.Name(), s.Count)
		if len(s.Writers()) == 0 {
			add(stageNegatives, "", "", how)
		}
		for i, role := range s.Writers() {
			if len(s.Models) > 0 {
				how = fmt.Sprintf("%s, %d per query, for %.3g of the queries", s.Name(), s.Count, s.Shares[i])
			}
			add(stageNegatives, role, s.Prompt, how)
		}
		for _, prompt := range checksOf(s) {
			add(stageNegatives, s.Check, prompt, "checks what "+s.Name()+" writes")
		}
	}
	if cfg.Judge.Positives {
		for i, s := range cfg.Judge.Cascade {
			how := fmt.Sprintf("the source passage, which needs grade %d", cfg.Judge.PositiveAt)
			if i > 0 {
				how = "if the judge before gave less, or was undecided: " + how
			}
			add(stageVerify, s.Model, s.Prompt, how)
		}
	}
	for i, s := range cfg.Judge.Cascade {
		how := fmt.Sprintf("up to %d texts at a time", s.Slate)
		if i+1 < len(cfg.Judge.Cascade) {
			how += fmt.Sprintf("; grade %d or above, or undecided, goes to the next", s.ForwardAt)
			if s.Forward == config.ForwardQuery {
				how += " with all texts of its query"
			}
		}
		add(stageJudge, s.Model, s.Prompt, how)
		switch kind := judge.KindOf(s.Prompt); {
		case kind.With != "":
			add(stageJudge, s.Model, kind.With, "the second of two questions; their verdicts become one by rule "+string(judge.Unanimous))
		case kind.Name == judge.KindSnippet:
			add(stageJudge, s.Model, promptRank, "ranks the texts that were quoted from")
		}
		for _, also := range s.Also {
			add(stageJudge, also.Model, also.Prompt, fmt.Sprintf("beside %s; their verdicts become one by rule %s", s.Model, s.Combine))
		}
	}
	if role := cfg.Judge.Similarity.Encoder; role != "" {
		m := cfg.Models[role]
		out = append(out, export.ModelUse{Role: role, Stage: stageJudge, Provider: m.Provider, Model: encoderText(m), How: "similarity: cosine of each query and its texts"})
	}
	return out
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
