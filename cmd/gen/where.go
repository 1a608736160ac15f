package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
)

// condition is one of export.where: rows of a split or of a subset, or negatives by what is known of them.
type condition struct {
	field, op string
	values    []string // alternatives of a text
	number    float64
}

const whereHint = "write FIELD OP VALUE: grade, score, similarity (=, !=, <, <=, >, >=); strategy, model, source, split, subset (=, !=; several values with |), " +
	"as in grade>=1 or source=mined|imported"

var whereOps = []string{"<=", ">=", "!=", "=", "<", ">"} // longest first

func parseWhere(conditions []string) (all []condition, err error) {
	for _, s := range conditions {
		c, err := parseCondition(s)
		if err != nil {
			return nil, usage(whereHint, "export.where: %q: %v", s, err)
		}
		all = append(all, c)
	}
	return all, nil
}

func parseCondition(s string) (c condition, err error) {
	at, op := -1, ""
	for _, o := range whereOps {
		if i := strings.Index(s, o); i >= 0 && (at < 0 || i < at) {
			at, op = i, o
		}
	}
	if at < 0 {
		return c, fmt.Errorf("there is no comparison in it")
	}
	c = condition{field: strings.TrimSpace(s[:at]), op: op}
	value := strings.TrimSpace(s[at+len(op):])
	switch c.field {
	case "grade", "score", "similarity":
		if c.number, err = strconv.ParseFloat(value, 64); err != nil || math.IsNaN(c.number) {
			return c, fmt.Errorf("%q is not a number", value)
		}
		if c.field == "grade" && (c.number < 0 || c.number > 3 || c.number != math.Trunc(c.number)) {
			return c, fmt.Errorf("%s is no grade: they are 0, 1, 2 and 3", value)
		}
		return c, nil
	case "strategy", "model", "source", "split", "subset":
		if op != "=" && op != "!=" {
			return c, fmt.Errorf("%s is a text, which can't be compared by %s", c.field, op)
		}
		for v := range strings.SplitSeq(value, "|") {
			c.values = append(c.values, strings.TrimSpace(v))
		}
		return c, c.known()
	default:
		return c, fmt.Errorf("%q is none of grade, score, similarity, strategy, model, source, split, subset", c.field)
	}
}

// known refuses names that no text can have.
func (c condition) known() error {
	names := map[string][]string{
		"split":    {"train", "validation", "test"},
		"source":   {string(hardneg.SourceGenerated), string(hardneg.SourceMined), string(hardneg.SourceImported)},
		"strategy": strategyNames(),
	}[c.field]
	for _, v := range c.values {
		if names != nil && !slices.Contains(names, v) {
			return fmt.Errorf("%q is none of %s", v, strings.Join(names, ", "))
		}
	}
	return nil
}

// strategyNames are the ways in which texts can have been made or found, as they stand beside them.
func strategyNames() (names []string) {
	for _, k := range generate.Kinds {
		names = append(names, k.Name)
		for _, v := range k.Variants {
			names = append(names, config.Strategy{Strategy: k.Name, Variant: v.Name}.Name())
		}
	}
	return append(names, string(hardneg.SourceImported))
}

// checkWhere reads export.where, and refuses to ask for what the run does not know of texts.
func checkWhere(cfg *config.Config) ([]condition, error) {
	all, err := parseWhere(cfg.Export.Where)
	if err == nil && cfg.Judge.Similarity.Encoder == "" && slices.ContainsFunc(all, func(c condition) bool { return c.field == "similarity" }) {
		return nil, usage("judge.similarity.encoder names the model that tells it, then `gen run`", "export.where: a condition on the similarity, and judge.similarity.encoder is not set")
	}
	return all, err
}

// takes reports whether a negative meets the condition; one on the row, by its split or subset, is not asked of negatives.
func (c condition) takes(t hardneg.Text) bool {
	switch c.field {
	case "grade":
		return t.Grade != hardneg.Ungraded && c.compare(float64(t.Grade.Value()))
	case "score":
		return t.HasScore && c.compare(t.Score)
	case "similarity":
		return t.Similarity != nil && c.compare(*t.Similarity)
	case "strategy":
		return c.among(t.Strategy)
	case "model":
		return c.among(t.Model)
	case "source":
		return c.among(string(t.Source))
	}
	return true
}

func (c condition) among(s string) bool { return slices.Contains(c.values, s) == (c.op == "=") }

func (c condition) compare(x float64) bool {
	switch c.op {
	case "=":
		return x == c.number
	case "!=":
		return x != c.number
	case "<":
		return x < c.number
	case "<=":
		return x <= c.number
	case ">":
		return x > c.number
	}
	return x >= c.number
}

// takesRow reports whether a row is wanted, by its split and the subset that its set names.
func (e *exporter) takesRow(ex hardneg.Example) bool {
	for _, c := range e.where {
		if c.field == "split" && !c.among(ex.Split) || c.field == "subset" && !c.among(ex.Tags.Subset) {
			return false
		}
	}
	return true
}

// wanted leaves out the negatives that do not meet export.where.
func (e *exporter) wanted(texts []hardneg.Text) []hardneg.Text {
	if len(e.where) == 0 {
		return texts
	}
	return slices.DeleteFunc(texts, func(t hardneg.Text) bool {
		for _, c := range e.where {
			if !c.takes(t) {
				e.leaves(countNotWanted, &t, "export.where does not ask for it")
				return true
			}
		}
		return false
	})
}
