package llm

import (
	"fmt"
	"strings"
	"testing"

	"hardneg/prompts"
)

// compare asks how texts compare with known answers.
func (r *offlineRig) compare(query string, known []string, texts ...string) string {
	data := prompts.CompareData{Fence: "f00d", Query: query, Known: known}
	var properties []string
	for i, t := range texts {
		label := string(rune('A' + i))
		data.Passages = append(data.Passages, prompts.LabelledText{Label: label, Text: t})
		properties = append(properties, fmt.Sprintf(`%q:{"type":"string","enum":["none","worse","better","unsure"]}`, label))
	}
	reply := map[string]string{}
	r.ask(r.request("rlhn", "comparisons", `{"type":"object","properties":{`+strings.Join(properties, ",")+`}}`, data), &reply)
	var said []string
	for i := range texts {
		said = append(said, reply[string(rune('A'+i))])
	}
	return strings.Join(said, " ")
}

func TestOfflineComparesWithTheKnownAnswers(t *testing.T) {
	r := newOfflineRig(t, 1)
	const query = "when was the Harlow stone bridge built"
	full := "The Harlow stone bridge was built in 1783 by the parish."
	part := "The stone bridge at Harlow is of 1783."
	for _, c := range []struct {
		known []string
		texts []string
		want  string
	}{
		{[]string{part}, []string{full, "Sheep graze on the hills."}, "better none"},
		{[]string{full}, []string{full, "Sheep graze on the hills."}, "better none"},
		{[]string{"Sheep graze.", full}, []string{"Wool is spun in Harlow.", full}, "none better"},
	} {
		if got := r.compare(query, c.known, c.texts...); got != c.want {
			t.Errorf("%q with %q: %s, want %s", c.texts, c.known, got, c.want)
		}
	}
	if got := r.compare("what is it", []string{full}, part); got != "unsure" {
		t.Errorf("a query of no words: %s", got)
	}
}

// Each synonym of the list is found by a close look, also where several words with one stem have different ones: which of them is known must
// not be chance.
func TestEverySynonymIsKin(t *testing.T) {
	for from, to := range synonyms {
		if n := readNeed(from); !n.terms[0].in(map[string]bool{stemOf(to): true}) {
			t.Errorf("a query for %q does not find %q", from, to)
		}
		if in := stemsIn(splitWords(from), true); !in[stemOf(to)] {
			t.Errorf("a passage with %q has no %q", from, to)
		}
	}
}
