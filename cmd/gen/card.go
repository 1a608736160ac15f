package main

import (
	"slices"
	"strconv"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/relabel"
)

// info is what the card and the manifest say of the run: nothing that depends on time, calls, paths, kills or shards.
func (e *exporter) info(complete bool, languages map[string]int) export.Info {
	r := e.cfg.Relabel
	info := export.Info{
		ToolVersion: version, Fingerprint: fingerprint(e.recipes), Complete: complete, License: e.cfg.Export.License, Languages: mainLanguages(languages),
		Policy: r.Policy, Models: modelUses(e.cfg), Warnings: e.warnings(complete),
		Relabel: map[string]string{"negative_at": strconv.Itoa(r.NegativeAt), "false_negative_at": strconv.Itoa(r.FalseNegativeAt), "ambiguous": r.Ambiguous,
			"generated_positive": strconv.FormatBool(r.GeneratedPositive), "max_false_negatives": strconv.Itoa(r.MaxFalseNegatives)},
		Notes: []string{
			"Generated negatives alone underperform mined ones in the head paper's later versions (arXiv 2504.21015); mixing both recovers most of the gap.",
			"Generated text can be told from human text without the query: a set with human positives and generated negatives alone can teach that.",
			"Grades are a model's judgement; judges agree with people only fairly.",
		},
	}
	info.MaxNegativeGrade, _ = hardneg.GradeOf(r.NegativeAt)
	if r.Ambiguous == "keep" || r.Policy == relabel.Keep {
		info.MaxNegativeGrade, _ = hardneg.GradeOf(max(r.FalseNegativeAt-1, r.NegativeAt))
	}
	if r.Policy == relabel.Keep {
		info.MaxNegativeGrade = hardneg.Answers
	}
	for _, name := range countOrder {
		info.Counts = append(info.Counts, export.Count{Name: name, N: e.counts[name]})
	}
	return info
}

func (e *exporter) warnings(complete bool) []string {
	var out []string
	if !complete {
		out = append(out, "This export is not complete: some items of the run are pending or failed.")
	}
	if e.cfg.Relabel.Policy == relabel.Keep {
		out = append(out, "Policy keep: false negatives and ambiguous texts are among the negatives. This is the unrelabelled baseline, for comparison only.")
	}
	if usesOffline(e.cfg) {
		out = append(out, "Texts or grades come from the built-in offline rules, not from a model. This set shows the pipeline; do not train on it.")
	}
	return out
}

func usesOffline(cfg *config.Config) bool {
	for _, u := range modelUses(cfg) {
		if u.Provider == "offline" {
			return true
		}
	}
	return false
}

// modelUses lists which model does what.
func modelUses(cfg *config.Config) []export.ModelUse {
	var out []export.ModelUse
	add := func(stage, role, prompt string) {
		m := cfg.Models[role]
		out = append(out, export.ModelUse{Role: role, Stage: stage, Provider: m.Provider, Model: m.Model, Prompt: prompt})
	}
	add(stageQueries, cfg.Generate.Queries.Model, cfg.Generate.Queries.Prompt)
	for _, s := range cfg.Generate.Negatives {
		add(stageNegatives, s.Model, s.Prompt)
	}
	for _, s := range cfg.Judge.Cascade {
		add(stageJudge, s.Model, s.Prompt)
		for _, also := range s.Also {
			add(stageJudge, also.Model, also.Prompt)
		}
	}
	return out
}

// languageRows is how many rows are enough to name the languages of a data set; they come in the order of a hash.
const languageRows = 1000

func countLanguage(n map[string]int, ex hardneg.Example) {
	if n[""] == languageRows {
		return
	}
	if code := generate.LanguageOf(ex.Positives[0].Text); code != "" {
		n[code]++
	}
	n[""]++
}

// mainLanguages are the languages of at least one row in fifty.
func mainLanguages(n map[string]int) []string {
	var out []string
	for code, k := range n {
		if code != "" && k*50 >= n[""] {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return out
}
