package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"hardneg/generate"
	"hardneg/internal/export"
)

// emptyFormats is the error of formats without a row.
type emptyFormats struct {
	names   []string
	stale   []string       // places of earlier exports of these, which stay
	leftOut []export.Count // what had no place in them, the most of any
}

func (f *emptyFormats) Error() string {
	said := fmt.Sprintf("export %s: %v", strings.Join(f.names, ", "), export.ErrNoRows)
	if len(f.stale) > 0 {
		said += fmt.Sprintf(" (%s is of an earlier export and stays; it is not what the run holds now)", strings.Join(f.stale, ", "))
	}
	return said
}

func (f *emptyFormats) Unwrap() error { return export.ErrNoRows }

func (f *emptyFormats) add(name, dir string, leftOut []export.Count) {
	f.names = append(f.names, name)
	if at := filepath.Join(dir, name); export.Stands(at) {
		f.stale = append(f.stale, at)
	}
	for _, c := range leftOut {
		at := slices.IndexFunc(f.leftOut, func(x export.Count) bool { return x.Name == c.Name })
		if at < 0 {
			f.leftOut = append(f.leftOut, c)
		} else {
			f.leftOut[at].N = max(f.leftOut[at].N, c.N)
		}
	}
}

// noRows adds to the error of an export without a row what became of everything, and which setting decides that. Going on would
// change nothing: what was refused is never asked again.
func (e *exporter) noRows(s status, err error) error {
	counts := e.tally()
	var none *emptyFormats
	if errors.As(err, &none) {
		counts = append(counts, none.leftOut...)
	}
	lost := lostInStages(s)
	for _, c := range counts {
		if c.N > 0 && c.Name != countGrouped && c.Name != countFalseNegative {
			lost = append(lost, fmt.Sprintf("%s %d", c.Name, c.N))
		}
	}
	if len(lost) > 0 {
		err = fmt.Errorf("%w: %s", err, strings.Join(lost, "; "))
	}
	if s.failed() > 0 || s.pending() > 0 {
		return err // more may come
	}
	return &failure{err: err, hint: e.whatToChange(s, counts) + "; `gen why ID` shows single cases; no file of it was written"}
}

// lostInStages is what each stage refused or failed at, with the reasons.
func lostInStages(s status) (lost []string) {
	for _, st := range s.Stages {
		if st.Stage == stageRelabel || st.Rejected+st.Failed == 0 {
			continue
		}
		var why []string
		for _, r := range st.Reasons {
			if r.Outcome != "done" {
				why = append(why, fmt.Sprintf("%s %d", r.label(), r.N))
			}
		}
		lost = append(lost, fmt.Sprintf("%s: %d of %d done (%s)", st.Stage, st.Done, st.Planned, strings.Join(why, ", ")))
	}
	return lost
}

// whatToChange names the settings behind the first thing that let nothing through.
func (e *exporter) whatToChange(s status, counts []export.Count) string {
	for _, st := range s.Stages {
		if st.Planned == 0 || st.Done > 0 {
			continue
		}
		if to := settingsOf(st); to != "" {
			return "look at " + to + ", then run with --accept-changes"
		}
	}
	most := slices.MaxFunc(counts, func(a, b export.Count) int { return int(rank(a) - rank(b)) })
	if to := settingOfCount[most.Name]; to != "" && most.N > 0 {
		return "look at " + to + "; a change of it costs no call"
	}
	if e.cfg.Export.BalanceOrigin {
		return "look at export.balance_origin, which leaves out what can't be balanced; a change of it costs no call"
	}
	return "look at relabel.* and export.*: a change of these costs no call"
}

// rank is how many queries or texts a count took out of the rows.
func rank(c export.Count) int64 {
	if settingOfCount[c.Name] == "" {
		return 0
	}
	return c.N
}

// settingsOf are the settings that decide what a stage refuses.
func settingsOf(s stageStatus) string {
	switch s.Stage {
	case stageQueries:
		to := "the model and the prompt of generate.queries"
		if slices.ContainsFunc(s.Reasons, func(r reasonCount) bool { return r.Reason == string(generate.NotFoundAgain) }) {
			to = "generate.queries.round_trip, and " + to
		}
		if slices.ContainsFunc(s.Reasons, func(r reasonCount) bool { return r.Reason == "wrong_language" }) {
			to = "corpus.language, and " + to
		}
		return to
	case stageVerify:
		return "judge.positive_at, judge.relevance and the models of judge.cascade (judge.positives: false leaves this stage out)"
	case stageNegatives:
		return "the model and the prompt of generate.negatives"
	}
	return ""
}

// settingOfCount says which setting is behind a count of the export.
var settingOfCount = map[string]string{
	countNoNegative:     "relabel.negative_at, relabel.ambiguous and the strategies of generate.negatives",
	countQueryDropped:   "relabel.policy and relabel.max_false_negatives",
	countFalseDropped:   "relabel.false_negative_at and relabel.generated_positive",
	countAmbiguous:      "relabel.negative_at and relabel.ambiguous",
	countOtherSplit:     "export.split",
	countPositiveCopies: "the prompt of generate.negatives",
	countTestQuery:      "export.decontaminate",
	countTestOverlap:    "export.decontaminate",
	countTestText:       "export.decontaminate",
	countQueryTest:      "export.decontaminate",
	countNotWanted:      "export.where",
	countKnownAnswer:    "the prompt of generate.negatives",
	countQueryKnown:     "the prompt of generate.negatives",
	countQueryReplaced:  "relabel.positive",

	export.TooFew:            "export.negatives",
	export.UnbalancedQueries: "export.balance_origin",
	export.UnbalancedTexts:   "export.balance_origin",
}
