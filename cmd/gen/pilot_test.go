package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg/internal/mockllm"
)

// pilot is the texts that a strong model wrote for 24 questions, those that BM25 found, and the grades of blind judges.
type pilot struct {
	questions []pilotQuestion
	texts     map[string]map[string][]string // by set and question
	grades    map[string]map[[2]string]int   // by judge, of a query and a text
	setOf     map[[2]string]string           // of a query and a text
}

type pilotQuestion struct {
	ID       string   `json:"id"`
	Query    string   `json:"query"`
	Positive string   `json:"positive"`
	BM25     []string `json:"bm25"`
}

// pilotText is a text, or an object with it.
type pilotText string

func (p *pilotText) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, (*string)(p))
	}
	var object struct{ Text string }
	err := json.Unmarshal(b, &object)
	*p = pilotText(object.Text)
	return err
}

// sharedFile reads a file of the data for tests; the test is skipped where it is not at hand.
func sharedFile(t *testing.T, path ...string) []byte {
	t.Helper()
	shared := os.Getenv("HARDNEG_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	b, err := os.ReadFile(filepath.Join(append([]string{shared, "data"}, path...)...))
	if err != nil {
		missing := filepath.Join(path...) + " is not there: set HARDNEG_SHARED to the folder with the data for tests"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing + "; with CI=true nothing is skipped")
		}
		t.Skip(missing)
	}
	return b
}

func eachJSON[T any](t *testing.T, b []byte, do func(T)) {
	t.Helper()
	for line := range bytes.Lines(b) {
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		do(v)
	}
}

func readPilot(t *testing.T) *pilot {
	t.Helper()
	p := &pilot{texts: map[string]map[string][]string{"bm25": {}, "pos": {}}, grades: map[string]map[[2]string]int{}, setOf: map[[2]string]string{}}
	if err := json.Unmarshal(sharedFile(t, "pilot", "items.json"), &p.questions); err != nil {
		t.Fatal(err)
	}
	query := map[string]string{}
	for _, q := range p.questions {
		query[q.ID] = q.Query
		p.texts["bm25"][q.ID], p.texts["pos"][q.ID] = q.BM25, []string{q.Positive}
	}
	for _, set := range []string{"A", "B", "B2", "C", "P"} {
		p.texts[set] = map[string][]string{}
		eachJSON(t, sharedFile(t, "pilot", set+".jsonl"), func(r struct {
			ID, Text  string
			Negatives []pilotText
		}) {
			for _, n := range append(r.Negatives, pilotText(r.Text)) {
				if n != "" {
					p.texts[set][r.ID] = append(p.texts[set][r.ID], string(n))
				}
			}
		})
	}
	eachJSON(t, sharedFile(t, "pilot", "grades.jsonl"), func(g struct {
		ID, Set                string
		N                      int
		Judge1, Judge2, Judge3 *int
	}) {
		pair := rlhnPair(query[g.ID], p.texts[g.Set][g.ID][g.N])
		p.setOf[pair] = g.Set
		for judge, grade := range map[string]*int{"judge1": g.Judge1, "judge2": g.Judge2, "judge3": g.Judge3} {
			if grade != nil {
				if p.grades[judge] == nil {
					p.grades[judge] = map[[2]string]int{}
				}
				p.grades[judge][pair] = *grade
			}
		}
	})
	return p
}

// rows writes sets as rows of FlagEmbedding: the questions with their passages and what a judge has graded of the sets.
func (p *pilot) rows(judge string, sets ...string) string {
	var b strings.Builder
	for _, q := range p.questions {
		r := struct {
			Query string   `json:"query"`
			Pos   []string `json:"pos"`
			Neg   []string `json:"neg"`
		}{q.Query, []string{q.Positive}, []string{}}
		for _, set := range sets {
			for _, text := range p.texts[set][q.ID] {
				switch _, graded := p.grades[judge][rlhnPair(q.Query, text)]; {
				case !graded:
				case set == "P":
					r.Pos = append(r.Pos, text)
				default:
					r.Neg = append(r.Neg, text)
				}
			}
		}
		line, _ := json.Marshal(r)
		b.Write(append(line, '\n'))
	}
	return b.String()
}

// The table of PILOT.md: texts with their shares of grades 0 (easy), 1 (hard), 2 and 3 (false), by set and judge.
func TestThePilotThroughImport(t *testing.T) {
	p := readPilot(t)
	for _, tt := range []struct {
		judge string
		files map[string][]string // by name, the sets in it: rows about one question are merged
		want  map[string]string
	}{
		{"judge1", map[string][]string{"a.jsonl": {"A", "B"}, "b.jsonl": {"C"}, "c.jsonl": {"bm25"}}, map[string]string{
			"A": "72: 0.11 0.88 0.01 0.00", "B": "72: 0.03 0.97 0.00 0.00", "C": "72: 0.04 0.96 0.00 0.00", "bm25": "72: 0.44 0.47 0.07 0.01"}},
		{"judge2", map[string][]string{"a.jsonl": {"A", "B", "C", "bm25"}}, map[string]string{
			"A": "72: 0.08 0.90 0.01 0.00", "B": "72: 0.01 0.99 0.00 0.00", "C": "72: 0.06 0.94 0.00 0.00", "bm25": "72: 0.44 0.47 0.07 0.01"}},
		{"judge3", map[string][]string{"a.jsonl": {"B2", "P", "bm25"}}, map[string]string{"B2": "63: 0.22 0.78 0.00 0.00", "P": "24: 0.00 0.00 0.00 1.00", "bm25": "24: 0.25 0.58 0.12 0.04"}},
	} {
		t.Run(tt.judge, func(t *testing.T) {
			l := newLab(t, 1, mockllm.Config{Grades: func(_, query, text string) string {
				pair := rlhnPair(query, text)
				if grade, ok := p.grades[tt.judge][pair]; ok {
					return strconv.Itoa(grade)
				}
				if _, ok := p.setOf[pair]; !ok || p.setOf[pair] != "pos" {
					t.Errorf("asked about a text that has no grade: %v", pair)
				}
				return "3" // the third judge has not seen the passages, which the others grade 3
			}})
			l.write("config.yaml", fmt.Sprintf(setConfig, l.server.URL))
			for name, sets := range tt.files {
				l.write(name, p.rows(tt.judge, sets...))
				l.must(0, "import", name)
			}
			l.must(0, "run")
			l.must(0, "check")
			l.must(0, "export", "--format", "jsonl", "--out", "all", "--set", "relabel.policy=keep")
			if diff := cmp.Diff(tt.want, p.shares(l.rows("all"))); diff != "" {
				t.Error(diff)
			}
			moved := 0
			for _, r := range l.rows("run/export") { // one of the 72 that BM25 found answers: relabelled, it is a positive
				for _, x := range append(r.Positives, r.Negatives...) {
					grade, positive := p.grades[tt.judge][rlhnPair(r.Query, x.Text)], x.Grade != nil && *x.Grade == 3
					if (grade == 3) != positive && p.setOf[rlhnPair(r.Query, x.Text)] != "pos" || grade == 2 {
						t.Errorf("grade %d is exported as %v", grade, *x.Grade)
					}
					if positive && p.setOf[rlhnPair(r.Query, x.Text)] == "bm25" {
						moved++
					}
				}
			}
			if _, has := tt.want["bm25"]; has != (moved == 1) {
				t.Errorf("%d false negatives of BM25 became positives", moved)
			}
		})
	}
}

// shares counts the grades of the exported texts by the set they are of; passages are left out.
func (p *pilot) shares(rows []row) map[string]string {
	counts, sums := map[string]*[4]int{}, map[string]int{}
	for _, r := range rows {
		for _, x := range append(r.Positives, r.Negatives...) {
			set := p.setOf[rlhnPair(r.Query, x.Text)]
			if set == "pos" || x.Source == "passage" {
				continue
			}
			if counts[set] == nil {
				counts[set] = &[4]int{}
			}
			counts[set][*x.Grade]++
			sums[set]++
		}
	}
	out := map[string]string{}
	for set, c := range counts {
		s := fmt.Sprintf("%d:", sums[set])
		for _, n := range c {
			s += fmt.Sprintf(" %.2f", float64(n)/float64(sums[set]))
		}
		out[set] = s
	}
	return out
}
