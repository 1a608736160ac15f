package prompts

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/*.golden anew")

const mark = "0123456789abcdef"

// style is what a style card says in words; any text will do here.
const style = "Plain encyclopedic prose in English, two to six sentences of about twenty words."

// shots are examples of queries.
var shots = []Example{{"Rye grows on poor soil.", "grain for sandy fields", "What grows?"}, {PassageText("Sails", "Sails are set by hand."), "how are the sails of a windmill set", "Are sails set?"}}

// The texts that models read, in full: whoever changes a template sees here what they changed.
func TestRenderedPrompts(t *testing.T) {
	set, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	query := QueryData{mark, PassageText("Windmill", "The post mill is the oldest kind of windmill."), "a plain question of 5 to 10 words", "English"}
	mill := "A: a beekeeper\nB: a retired millwright who looks after a museum"
	three := GradeData{mark, "how is a post mill turned", []LabelledText{{"A", "Its body turns on a post."}, {"B", PassageText("Sails", "Sails are set by hand.")}, {"C", "Rye grows on poor soil."}}}
	for name, c := range map[string]struct {
		prompt string
		data   any
	}{
		"query":                  {"query", query},
		"query-keyword":          {"query-keyword", QueryData{mark, query.Passage, "3 to 5 words", "English"}},
		"query-few-shot":         {"query-few-shot", query},
		"query-good-bad":         {"query-good-bad", query},
		"query-persona":          {"query-persona", PersonaQueryData{mark, "a retired millwright who looks after a museum", "university", "a question that wants to know or understand something, 8 to 14 words", "English"}},
		"query-only":             {"query-only", QueryOnlyData{mark, "how is a post mill turned", []Length{{40, 50}, {60, 75}, {90, 110}}}},
		"query-only-1":           {"query-only", QueryOnlyData{mark, "how is a post mill turned", []Length{{40, 50}}}},
		"query-only-elicited":    {"query-only-elicited", QueryOnlyData{mark, "how is a post mill turned", []Length{{40, 50}, {60, 75}}}},
		"query-positive":         {"query-positive", PairData{mark, "how is a post mill turned", query.Passage, []Length{{40, 50}, {60, 75}}}},
		"decompose":              {"decompose", OrdersData{mark, []Order{{1, 2, "entity", "", Length{40, 50}}, {3, 1, "upstream", "Millers of other mills turn the cap.", Length{6, 8}}}}},
		"hard-query":             {"hard-query", EditData{mark, "how is a post mill turned", query.Passage, 2}},
		"hard-query-check":       {"hard-query-check", AnswerableData{mark, query.Passage, []LabelledText{{"A", "how is a tower mill turned"}, {"B", "who turned the post mill"}}}},
		"hard-query-check-again": {"hard-query-check-again", AnswerableData{mark, query.Passage, []LabelledText{{"A", "how is a tower mill turned"}, {"B", "who turned the post mill"}}}},
		"triplet":                {"triplet", TripletData{mark, "how is a post mill turned", "with a college education", []Length{{40, 50}, {60, 75}}}},
		"query-triplet":          {"query-triplet", ComposedData{mark, query.Passage, Slots{"long-tail", "5 to 15 words", "understandable with some effort", "college", "English"}, []Length{{40, 50}, {60, 75}}}},
		"query-task":             {"query-task", ComposedData{mark, "Given a part of a mill, find the page of a handbook that says what it is for.", Slots{"common", "fewer than 5 words", "clear", "PhD", "German"}, []Length{{100, 120}, {50, 60}, {200, 240}}}},
		"paraphrase":             {"paraphrase", PairData{mark, "how is a post mill turned", query.Passage, []Length{{40, 50}}}},
		"twin":                   {"twin", PairData{mark, "how is a post mill turned", query.Passage, []Length{{40, 50}, {60, 75}}}},
		"perturb":                {"perturb", EditData{mark, "how is a post mill turned", query.Passage, 2}},
		"grade":                  {"grade", three},
		"grade-1":                {"grade", GradeData{mark, "how is a post mill turned", three.Passages[:1]}},
		"snippet":                {"snippet", CompareData{mark, three.Query, []string{"It is turned by its tail pole."}, three.Passages}},
		"snippet-1":              {"snippet", CompareData{mark, three.Query, []string{"It is turned by its tail pole."}, three.Passages[:1]}},
		"rank":                   {"rank", RankData{mark, three.Query, three.Passages}},
		"two-prompt":             {"two-prompt", three},
		"two-prompt-1":           {"two-prompt", GradeData{mark, three.Query, three.Passages[:1]}},
		"rlhn":                   {"rlhn", CompareData{mark, three.Query, []string{"It is turned by its tail pole.", PassageText("Post mill", "The miller pushes the pole.")}, three.Passages}},
		"rlhn-1":                 {"rlhn", CompareData{mark, three.Query, []string{"It is turned by its tail pole."}, three.Passages[:1]}},
		"answerable":             {"answerable", three},
		"answerable-1":           {"answerable", GradeData{mark, three.Query, three.Passages[:1]}},
	} {
		tmpl, err := set.Get(c.prompt)
		if err != nil {
			t.Fatal(err)
		}
		user, err := tmpl.User(c.data)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".user", user)
	}
	for _, name := range set.Names() {
		for file, static := range map[string]Static{
			name + ".system":           {Style: style, Examples: shots, Fence: mark},
			name + ".system-relevance": {Style: style, Examples: shots, Fence: mark, Relevance: "A passage is relevant if it tells a miller what to do."},
		} {
			tmpl, _ := set.Get(name)
			system, err := tmpl.System(static)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, file, system)
		}
		tmpl, _ := set.Get(name)
		if own := map[string]any{"query-persona": PersonaData{mark, query.Passage, mill}, "query-task": TasksData{20, "law and government"}}[name]; own != nil {
			first, err := tmpl.First(own)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".first", first)
			continue
		}
		if first, err := tmpl.First(PairData{mark, "how is a post mill turned", query.Passage, nil}); err != nil {
			t.Fatal(err)
		} else if first != "" {
			golden(t, name+".first", first)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test ./prompts -update writes it", err)
	}
	if diff := cmp.Diff(string(want), got+"\n"); diff != "" {
		t.Errorf("%s (if this is meant: go test ./prompts -update):\n%s", name, diff)
	}
}

// A golden file that no prompt has any more would be read as if it were sent.
func TestNoGoldenFileIsLeftOver(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.golden"))
	if want := 30 + 2*24 + 4; err != nil || len(files) != want {
		t.Errorf("%d files, want %d: %v", len(files), want, files)
	}
}
