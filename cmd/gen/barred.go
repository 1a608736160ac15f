package main

import (
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// notAsked are the reasons for which no query is asked for: what the passage is forbids it, and that is known before anything is paid.
var notAsked = []string{string(generate.PassageWordless), string(generate.PassageTooShort), llm.TooLong}

func isBarred(reason string) bool { return slices.Contains(notAsked, reason) }

// bar notes a passage that no query will be asked for.
func (v *surveyor) bar(p hardneg.Passage) {
	if rule := generate.CheckPassage(p); rule != "" {
		if v.found.barred == nil {
			v.found.barred = map[string]int{}
		}
		v.found.barred[string(rule)]++
		return
	}
	m := v.cfg.Models[v.cfg.Generate.Queries.Model]
	// In a small context the prompt around the passage decides, which is not rendered yet.
	if n := utf8.RuneCountInString(prompts.PassageText(p.Title, p.Text)); contextOf(m) > 0 && n > 2*(contextOf(m)-m.MaxTokens) {
		v.found.longest = append(v.found.longest, n)
	}
}

// promptAround is about how many characters a prompt for queries has beside the system prompt and the passage.
const promptAround = 400

// barred counts the queries that are pending and will not be asked for, by reason.
func (o *outlook) barred() map[string]float64 {
	out := maps.Clone(o.replays.barred)
	q := o.p.queries
	for reason, n := range o.fresh.barred {
		out[reason] += float64(n * q.PerPassage)
	}
	m := o.cfg.Models[o.cfg.Generate.Queries.Model]
	for _, n := range o.fresh.longest {
		r := q.Settings.Request()
		r.System, r.User = q.System, strings.Repeat("x", n+promptAround*generate.QueryKindOf(q.Prompt.Name).Calls)
		if llm.CheckFit(&r, contextOf(m)) != nil {
			out[llm.TooLong] += float64(q.PerPassage)
		}
	}
	return out
}

// barredLine is what a plan says of queries that will not be asked for.
type barredLine struct {
	Type   string `json:"type"`
	Stage  string `json:"stage"`
	Reason string `json:"reason"`
	Items  int64  `json:"items"`
}

// barredLines are sorted by reason.
func (o *outlook) barredLines() []barredLine {
	var out []barredLine
	all := o.barred()
	for _, reason := range slices.Sorted(maps.Keys(all)) {
		if n := int64(math.Round(all[reason])); n > 0 && o.want[stageQueries] {
			out = append(out, barredLine{"not_asked", stageQueries, reason, n})
		}
	}
	return out
}
