package export

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg"
)

// asking are three queries q1 to q3, each with a passage of its own and two more negatives, and the hard queries of each.
func asking(hard ...string) []hardneg.Example {
	exs := []hardneg.Example{plain("1"), plain("2"), plain("3")}
	for i := range exs {
		exs[i].Positives = exs[i].Positives[:1]
		exs[i].Positives[0].Text = "own " + exs[i].QueryID
		for text := range strings.SplitSeq(hard[i], "|") {
			if text != "" {
				exs[i].HardQueries = append(exs[i].HardQueries, hardneg.HardQuery{Text: text, Grade: hardneg.Related, Score: 0.25})
			}
		}
	}
	return exs
}

var hardQueryFormats = []string{"hf", "jsonl", "st-labeled-pair"}

// TestCheckFindsHardQueriesThatAreNone has the violations that are to be found as "row rule", with the rows of queries and those of pairs.
func TestCheckFindsHardQueriesThatAreNone(t *testing.T) {
	share := func(exs []hardneg.Example) {
		exs[2].Positives = append(exs[2].Positives, exs[0].Positives[0])
		exs[2].Positives[1].Source = hardneg.SourceMined
	}
	for name, c := range map[string]struct {
		hard   [3]string
		spoil  func([]hardneg.Example)
		rows   string
		labels string
	}{
		"others":                            {hard: [3]string{"x|y|q2", "x|y", "q1|q2|z"}},
		"the query itself":                  {hard: [3]string{"", "x|Q2!", ""}, rows: "2 false-negative", labels: "10 false-negative"},
		"twice":                             {hard: [3]string{"x|y|X.", "x", ""}, rows: "1 repeated", labels: "7 repeated"},
		"of a passage that answers, before": {hard: [3]string{"", "", "Q1."}, spoil: func(exs []hardneg.Example) { exs[2].Positives[0].Text = exs[0].Positives[0].Text }, rows: "3 false-negative", labels: "13 false-negative"},
		"of a passage that answers, after":  {hard: [3]string{"q3?", "", ""}, spoil: share, rows: "3 false-negative", labels: "11 false-negative"},
		"of one that another answers":       {hard: [3]string{"q2", "", "q2"}, spoil: func(exs []hardneg.Example) { share(exs) }},
	} {
		exs := asking(c.hard[:]...)
		if c.spoil != nil {
			c.spoil(exs)
		}
		for _, format := range hardQueryFormats {
			want := c.rows
			if format == "st-labeled-pair" {
				want = c.labels
			}
			dir := t.TempDir()
			_, err := tryWrite(format, dir, Options{HardQueries: true}, exs, info)
			if want == "" {
				_, inFiles := tryWrite(format, dir, Options{HardQueries: true, Force: true, limits: &limits{groupRows: 1, groupBytes: 10, fileBytes: 10}}, exs, info)
				if err = cmp.Or(err, inFiles); err != nil {
					t.Errorf("%s, %s: %v", name, format, err)
				}
				continue
			}
			row, rule, _ := strings.Cut(want, " ")
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf(" 1 promises, the first: %s:%s: %s: ", fileOf(format), row, rule)) {
				t.Errorf("%s, %s: %v, want %s", name, format, err, want)
			}
		}
	}
}

func fileOf(format string) string {
	if format == "jsonl" {
		return "data/train.jsonl"
	}
	return trainFile
}

// TestLabelledPairsWithoutAWordOfHardQueries: sets that were written before the manifest told of hard queries as rows are held to what
// stands beside one another; one without hard queries keeps nothing of its pairs.
func TestLabelledPairsWithoutAWordOfHardQueries(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "st-labeled-pair")
	for _, hard := range []bool{false, true} {
		m := write(t, "st-labeled-pair", filepath.Dir(dir), Options{HardQueries: hard, Force: true}, asking("x", "", ""))
		if m.HardQueries != hard {
			t.Errorf("the manifest tells of hard queries: %v, want %v", m.HardQueries, hard)
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		c := newChecker(root, formats["st-labeled-pair"], m)
		for _, f := range m.Files {
			if err := c.file(f); err != nil {
				t.Fatal(err)
			}
		}
		if kept := c.hard.answered.n + c.hard.denied.n; kept > 0 != hard {
			t.Errorf("hard queries %v: %d hashes are kept", hard, kept)
		}
	}
}

// TestAHardQueryMayBeTheNextQuery has the passage of the one query as a negative of the other too, as the hard query says.
func TestAHardQueryMayBeTheNextQuery(t *testing.T) {
	exs := asking("x|q2", "", "")
	other := exs[1].Negatives[0]
	other.DocID, other.Title, other.Text, other.Source = exs[0].PassageID, "", exs[0].Positives[0].Text, hardneg.SourceMined
	other.Score = 0
	exs[1].Negatives = append(exs[1].Negatives, other)
	for _, format := range hardQueryFormats {
		write(t, format, t.TempDir(), Options{HardQueries: true}, exs)
	}
}

// TestHardQueriesAreGraded: the passage answers none, whatever negatives there may be.
func TestHardQueriesAreGraded(t *testing.T) {
	for _, c := range []struct {
		grade  hardneg.Grade
		allows hardneg.Grade // the highest of a negative
		want   string        // rule
	}{
		{hardneg.Irrelevant, hardneg.Related, ""}, {hardneg.Related, hardneg.Related, ""}, {hardneg.Partial, hardneg.Related, RuleNegativeGrade},
		{hardneg.Answers, hardneg.Partial, RuleNegativeGrade}, {hardneg.Partial, hardneg.Partial, ""}, {hardneg.Ungraded, hardneg.Answers, RuleUndecided},
	} {
		exs, of := asking("x", "x|y", ""), info
		exs[1].HardQueries[1].Grade, of.MaxNegativeGrade = c.grade, c.allows
		for _, f := range []string{"hf", "jsonl"} {
			_, err := tryWrite(f, t.TempDir(), Options{HardQueries: true}, exs, of)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), fmt.Sprintf(":2: %s: hard query 1 has", c.want))) {
				t.Errorf("%s, grade %s where %s is allowed: %v, want %q", f, c.grade, c.allows, err, c.want)
			}
		}
	}
}
