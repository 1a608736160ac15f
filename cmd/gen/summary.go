package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"hardneg"
	"hardneg/internal/export"
)

// tell prints the counts at the end of a run.
func (r *runner) tell(s status) {
	if r.flags.json {
		s.Type = "result"
		_ = json.NewEncoder(r.out).Encode(s)
		return
	}
	s.table(r.out)
}

// tellExport prints where the data set is, and three of its rows.
func (r *runner) tellExport(ctx context.Context, dir string, written map[string]export.Manifest) error {
	if dir == "" {
		return nil
	}
	if err := r.tellFormats(dir, written, "unchanged"); err != nil || r.flags.json {
		return err
	}
	return r.showRows(ctx, 3)
}

// tellFormats prints where formats are, and the same of all others, if there is anything to say of them.
func (r *runner) tellFormats(dir string, written map[string]export.Manifest, others string) error {
	if r.flags.json {
		for _, f := range slices.Sorted(maps.Keys(written)) {
			if err := json.NewEncoder(r.out).Encode(map[string]any{"type": "export", "format": f, "dir": filepath.Join(dir, f), "rows": written[f].Rows,
				"complete": written[f].Complete}); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintln(r.out)
	for _, f := range r.cfg.Export.Formats {
		if m, ok := written[f]; ok {
			fmt.Fprintf(r.out, "%s: %s\n", filepath.Join(dir, f), describeRows(m.Rows))
			printCounts(r.out, m.LeftOut)
		} else if others != "" {
			fmt.Fprintf(r.out, "%s: %s\n", filepath.Join(dir, f), others)
		}
	}
	return nil
}

func (r *runner) showRows(ctx context.Context, n int) error {
	e, err := newExporter(ctx, r.cfg, r.st)
	if err != nil {
		return err
	}
	if err := e.glance(ctx); err != nil {
		return err
	}
	for ex, err := range e.rows(ctx) {
		if err != nil {
			return err
		}
		if !r.cfg.Export.Spares {
			ex.Spares = nil
		}
		fmt.Fprintf(r.out, "\n%s", rowText(ex, 160))
		if n--; n == 0 {
			break
		}
	}
	return nil
}

// rowText shows a row with each text cut after width characters.
func rowText(ex hardneg.Example, width int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "query     %s\n", ex.Query)
	for _, t := range ex.Positives {
		fmt.Fprintf(&b, "positive  %s%s\n", gradeText(t), cut(strings.TrimSpace(t.Title+" "+t.Text), width))
	}
	for _, t := range ex.Negatives {
		fmt.Fprintf(&b, "negative  %s%s\n", gradeText(t), cut(strings.TrimSpace(t.Title+" "+t.Text), width))
	}
	for _, t := range ex.Spares {
		fmt.Fprintf(&b, "spare     %s%s\n", gradeText(t), cut(strings.TrimSpace(t.Title+" "+t.Text), width))
	}
	for _, q := range ex.HardQueries {
		fmt.Fprintf(&b, "hard query %s%s\n", gradeText(hardneg.Text{Grade: q.Grade}), cut(q.Text, width))
	}
	return b.String()
}

func gradeText(t hardneg.Text) string {
	if t.Grade == hardneg.Ungraded {
		return ""
	}
	return "[" + t.Grade.String() + "] "
}

// cut shortens a text to one line of at most n characters.
func cut(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n-1]) + "…"
}
