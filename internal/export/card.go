package export

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
)

//go:embed card.tmpl
var cardText string

// Maps are walked in the order of their keys, so the card is the same every time.
var cardTemplate = template.Must(template.New("card").Option("missingkey=error").Funcs(template.FuncMap{
	"flat": flat, "cell": cell, "code": code, "share": share, "kappa": kappa,
}).Parse(cardText))

const incomplete = "This data set is not complete: the run it comes from was not finished, or some of its items failed."

// card is README.md: the front matter and what a reader is to know of the data.
func card(s *Set, m Manifest, info Info) ([]byte, error) {
	f := s.format
	warnings := info.Warnings
	if !info.Complete {
		warnings = append([]string{incomplete}, warnings...)
	}
	var b bytes.Buffer
	b.WriteString(front(f, f.configs(s.opts), m, info, s.files.decoded()) + "\n")
	err := cardTemplate.Execute(&b, map[string]any{
		"Row":      f.row,
		"Usage":    usage(f, m.splits()[0]),
		"Splits":   m.splits(),
		"Columns":  flatColumns("", m.Columns),
		"Limits":   slices.Concat(f.limits, info.Notes),
		"Warnings": warnings,
		"Manifest": m,
		"Sources":  s.tally.sources(),
		"Grades":   s.tally.byGrade(),
		"Quality":  s.tally.figures(),
		"Info":     info,
	})
	return b.Bytes(), err
}

// usage is the snippets of a format, on a split.
func usage(f *format, split string) (all []map[string]string) {
	for _, s := range f.usage {
		all = append(all, map[string]string{"Trainer": s.trainer, "Language": s.language, "Code": forSplit(s.code, split)})
	}
	return all
}

// flatColumns is the columns with those of their structs after them, as in positives[].docid.
func flatColumns(prefix string, columns []Column) (all []Column) {
	for _, c := range columns {
		if c.Config != "" {
			prefix = c.Config + ": "
		}
		c.Name = prefix + c.Name
		if c.Nullable {
			c.Type += ", nullable"
		}
		all = append(all, c)
		all = append(all, flatColumns(c.Name+"[].", c.Fields)...)
	}
	return all
}

// flat is text on one line, so that it stays inside its paragraph.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// cell is text in a table: nothing in it is markup.
func cell(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "<", "&lt;", "*", `\*`, "[", `\[`).Replace(flat(s))
}

// share is a part in words.
func share(p Part) string {
	if p.All == 0 {
		return "none"
	}
	return fmt.Sprintf("%.1f %% (%d of %d)", 100*float64(p.Generated)/float64(p.All), p.Generated, p.All)
}

// code is a code span.
func code(s string) string {
	if s = strings.ReplaceAll(flat(s), "`", "'"); s == "" {
		return "(not stated)"
	}
	return "`" + s + "`"
}
