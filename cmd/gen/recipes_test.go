package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/internal/mockllm"
	"hardneg/store"
)

// recipe is what a file of recipes/ has to do with twelve passages on the mock server, worked out by hand; recipes_table_test.go has one of each.
type recipe struct {
	texts int64                              // slots of a query
	plan  []string                           // "stage model calls" as `gen plan` expects them; each factor is told in a comment there
	calls []string                           // "stage prompt model calls" as they are made, stages in their order; "prompt/2" is a second turn
	says  []string                           // "prompt: words" that stand in what is sent by this prompt, and tell it from those beside it
	grade func(query, passage string) string // of the server's judges; nil: recipeGrade
	made  string                             // what rows of a run on the server hold, "" is not looked at
	tasks bool                               // it has twelve tasks in place of the passages
	topic bool                               // the passages are of one topic, as they must be to refer to one another
	rows  string                             // what rows of a run with the built-in rules hold, of: mined written hard-queries other-positive
}

// Every recipe is run with the built-in rules and on a server, and does what its table says: nothing is left out of it, and nothing comes
// in that is not there.
func TestEveryRecipe(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../recipes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no recipes: ", err)
	}
	told, err := os.ReadFile("../../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".yaml")
		named[name] = true
		if !strings.Contains(string(told), "| `"+name+"` |") {
			t.Errorf("docs/recipes.md does not list %s", name)
		}
		want, ok := recipes[name]
		if !ok {
			t.Errorf("recipes/%s.yaml has no entry in the table of this test", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, args := recipeLab(t, f, want)
			l.wantCallsPlanned(want, args)
			l.must(0, append([]string{"run"}, args...)...)
			l.wantCallsMade(want)
			if want.made != "" {
				l.wantRecipeRows(want.made, args)
			}
			sent := l.server.Count()
			l.must(0, append([]string{"run"}, args...)...)
			if l.server.Count() != sent {
				t.Error("a finished run made calls")
			}
		})
		t.Run(name+" offline", func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 2, mockllm.Config{})
			args := []string{"--config", absPath(t, f), "--set", "run.dir=run"} // as it is, on the first of the bundled passages
			l.must(0, append([]string{"run", "--limit", "60"}, args...)...)
			l.wantRecipeRows(want.rows, args)
			s := l.statusOf(args...)
			if l.server.Count() != 0 || s.failed() != 0 {
				t.Errorf("%d requests, %d failed", l.server.Count(), s.failed())
			}
			l.wantSameAlone(f, args)
		})
	}
	for name := range recipes {
		if !named[name] {
			t.Errorf("the table has %s, and recipes/ has not", name)
		}
	}
}

func absPath(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// recipeLab is a lab with twelve passages, and the flags that put a server in the place of the rules: every model is known there by its
// name in the recipe.
func recipeLab(t *testing.T, file string, want recipe) (*lab, []string) {
	t.Helper()
	grade := want.grade
	if grade == nil {
		grade = recipeGrade
	}
	l := newLab(t, 0, mockllm.Config{Grades: func(_, query, passage string) string { return grade(query, passage) }})
	b, err := os.ReadFile("../../testdata/passages.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	all := bytes.SplitAfter(b, []byte("\n"))
	var some []byte
	for i := range 12 {
		n := 3 + 13*i - i/11 // the eleventh but one of every topic; the very short one not
		if want.topic {
			n = i
		}
		some = append(some, all[n]...)
	}
	l.write("corpus.jsonl", string(some))
	args := []string{"--config", absPath(t, file), "--set", "corpus.path=[corpus.jsonl]", "--set", "run.dir=run"}
	if want.tasks {
		args[3] = "generate.queries.tasks.count=12"
	}
	for _, m := range recipeModels(t, file) {
		for _, set := range []string{"provider=openai", "model=" + m, "base_url=" + l.server.URL + "/v1", `api_key=""`} {
			args = append(args, "--set", "models."+m+"."+set)
		}
	}
	return l, args
}

// recipeGrade is 3 for a passage with all content words of a query, which its source has; 2 for another one with half of them; 1 for what
// was written.
func recipeGrade(query, passage string) string {
	words := strings.FieldsFunc(strings.ToLower(query), func(r rune) bool { return r == ' ' || r == '?' })
	text := strings.ToLower(passage)
	long, found := 0, 0
	for _, w := range words {
		if len(w) > 4 && w != "which" && w != "under" { // which stand in the server's queries for themselves
			if long++; strings.Contains(text, w) {
				found++
			}
		}
	}
	switch {
	case !strings.HasPrefix(passage, "Title: ") || edited.MatchString(passage) || long == 0:
		return "1"
	case found == long:
		return "3"
	case 2*found >= long:
		return "2"
	}
	return "1"
}

// edited is a word that the server puts into edited passages.
var edited = regexp.MustCompile(`\bother\d`)

func (l *lab) wantCallsPlanned(want recipe, args []string) {
	l.t.Helper()
	all, _ := l.objects(append([]string{"plan"}, args...)...)
	sums := map[string]int64{}
	var order []string
	for _, o := range all {
		if o.Type == "stage" && o.Role != "" {
			key := o.Stage + " " + o.Role
			if sums[key] == 0 {
				order = append(order, key)
			}
			sums[key] += o.Calls
		}
	}
	items, _ := ofStage(all, stageQueries)
	if slots, _ := ofStage(all, stageNegatives); slots != items*want.texts {
		l.t.Errorf("%d texts are planned for %d queries, want %d for each", slots, items, want.texts)
	}
	var got []string
	for _, key := range order {
		got = append(got, fmt.Sprint(key, " ", sums[key]))
	}
	if !slices.Equal(got, want.plan) {
		l.t.Errorf("planned\n%q, want\n%q", got, want.plan)
	}
}

// recipeCalls are all calls of the lab's run, in their order.
func (l *lab) recipeCalls() (out []hardneg.Call) {
	l.t.Helper()
	st, err := store.Open(filepath.Join(l.dir, "run"), store.Options{ReadOnly: true})
	if err != nil {
		l.t.Fatal(err)
	}
	defer st.Close()
	for c, err := range st.Calls(l.t.Context(), hardneg.Key{}) {
		if err != nil {
			l.t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

func (l *lab) wantCallsMade(want recipe) {
	l.t.Helper()
	n, sent := map[string]int{}, map[string]string{}
	var stages []int // in the order of their first calls
	for _, c := range l.recipeCalls() {
		prompt, _, _ := strings.Cut(c.Prompt, "@")
		sent[prompt] += c.System + "\n" + userPart(c) + "\n"
		if c.Model != c.Role || c.Failure != "" {
			l.t.Errorf("%s %s: model %s is asked as %s: %s", c.Stage, prompt, c.Model, c.Role, c.Failure)
		}
		stage := slices.Index(allStages, c.Stage)
		if !slices.Contains(stages, stage) {
			stages = append(stages, stage)
		}
		key := func(prompt string) string { return fmt.Sprintf("%d %s %s %s", stage+1, c.Stage, prompt, c.Role) } // stage index comes first
		if len(saidIn(c).History) > 0 {
			if n[key(prompt)] == 0 {
				l.t.Errorf("the second turn of %s comes before the first", prompt)
			}
			prompt += "/2"
		}
		n[key(prompt)]++
	}
	if !slices.IsSorted(stages) {
		l.t.Errorf("stages are asked in the order %v", stages)
	}
	var got []string
	for _, key := range slices.Sorted(maps.Keys(n)) {
		got = append(got, fmt.Sprint(key[2:], " ", n[key]))
	}
	if !slices.Equal(got, want.calls) {
		l.t.Errorf("made\n%q, want\n%q", got, want.calls)
	}
	l.wantSaid(want.says, sent)
}

// wantSaid looks for the words that tell a prompt from others, and for those of the recipe, in all that was sent by each prompt.
func (l *lab) wantSaid(says []string, sent map[string]string) {
	l.t.Helper()
	for prompt, text := range sent {
		if strings.HasPrefix(prompt, "vector") { // texts alone
			continue
		}
		if promptWords[prompt] == "" {
			l.t.Errorf("there are no words that tell prompt %s from others", prompt)
		}
		for other, words := range promptWords {
			if strings.Contains(text, words) != (other == prompt) {
				l.t.Errorf("prompt %s: that it says %q is %v", prompt, words, other != prompt)
			}
		}
	}
	for _, s := range says {
		prompt, words, _ := strings.Cut(s, ": ")
		for other, text := range sent {
			if strings.Contains(text, words) != (other == prompt) {
				l.t.Errorf("prompt %s: that it says %q is %v", other, words, other != prompt)
			}
		}
	}
}

// wantRecipeRows looks at what all rows together hold.
func (l *lab) wantRecipeRows(want string, args []string) {
	l.t.Helper()
	l.must(0, append([]string{"export", "--format", "jsonl", "--out", "rows", "--allow-partial"}, args...)...)
	holds := map[string]bool{}
	for _, r := range l.rows("rows") {
		for _, n := range r.Negatives {
			holds[map[string]string{"mined": "mined", "generated": "written"}[n.Source]] = true
		}
		if len(r.Hard) > 0 {
			holds["hard-queries"] = true
		}
		if r.Positives[0].DocID != r.PassageID {
			holds["other-positive"] = true
		}
	}
	if got := strings.Join(slices.Sorted(maps.Keys(holds)), " "); got != want {
		l.t.Errorf("rows hold %q, want %q", got, want)
	}
}
