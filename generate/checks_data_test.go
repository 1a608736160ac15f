package generate

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"hardneg"
	"hardneg/internal/text"
)

// records reads a file of the shared data, which is not part of the repository.
func records(t *testing.T, name string) []map[string]any {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", name))
	if err != nil {
		t.Log("these data are no part of the repository, and are not here: ", err)
		return nil
	}
	defer f.Close()
	var out []map[string]any
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var m map[string]any
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// What people wrote must pass: a rule that refuses it would refuse good generated text too.
func TestHumanPassagesPassTheRulesOfNegatives(t *testing.T) {
	for _, file := range []string{"squad-dev-wikipedia/corpus.jsonl", "hub-docs-passages/corpus.jsonl"} {
		refused, n := map[Rule]int{}, 0
		for i, r := range records(t, file) {
			if i%10 != 0 {
				continue
			}
			s := r["text"].(string)
			n++
			if rule := CheckNegative(NegativeText{Query: "unrelated query", Text: s, Language: "en"}); rule != "" {
				refused[rule]++
			}
		}
		total := 0
		for _, c := range refused {
			total += c
		}
		if total*100 > n {
			t.Errorf("%s: %d of %d refused: %v", file, total, n, refused)
		}
	}
}

// Questions of people who had the passage before them: most stand alone, a few per cent copy or point.
func TestHumanQuestionsMostlyPass(t *testing.T) {
	refused, n := map[Rule]int{}, 0
	for i, r := range records(t, "squad-dev-wikipedia/queries.jsonl") {
		if i%10 == 0 {
			n++
			refused[CheckQuery(r["text"].(string), hardneg.Passage{ID: "1", Text: "-"}, "en")]++
		}
	}
	if refused[Deictic]*100 > 2*n || refused[""]*100 < 97*n {
		t.Errorf("of %d: %v", n, refused)
	}
}

func TestGoodGeneratedNegativesPass(t *testing.T) {
	for _, file := range []string{"pilot/A.jsonl", "pilot/B.jsonl", "pilot/B2.jsonl", "pilot/C.jsonl"} {
		for _, r := range records(t, file) {
			var standing []string
			made, _ := r["negatives"].([]any) // none where the query was found not to stand alone
			for _, one := range made {
				s, ok := one.(string)
				if m, isMap := one.(map[string]any); !ok && isMap {
					s = m["text"].(string)
				}
				w := text.CountWords(s)
				if rule := CheckNegative(NegativeText{Query: "unrelated query", Text: s, Others: standing, Min: w, Max: w, Language: "en"}); rule != "" {
					t.Errorf("%s %v: %q refuses %q", file, r["id"], rule, s)
				}
				standing = append(standing, s)
			}
		}
	}
}
