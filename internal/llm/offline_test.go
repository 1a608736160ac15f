package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/prompts"
)

// offlineOutcomes counts what a run over passages would come to.
func offlineOutcomes(r *offlineRig, passages []hardneg.Passage, show func(string, ...any)) map[string]int {
	n := map[string]int{}
	lengths := []prompts.Length{{Min: 60, Max: 80}, {Min: 95, Max: 120}, {Min: 110, Max: 150}}
	for i, p := range passages {
		n["passages"]++
		q := r.query(p, i)
		show("\nQ %-28.28s | %s\n", p.Title, q)
		if badQueryText(q, p) {
			n["query rejected"]++
			continue
		}
		verdict := r.grades(q, []string{prompts.PassageText(p.Title, p.Text)})[0]
		if verdict != "2" && verdict != "3" {
			show("  refused by verify: %s\n", verdict)
			n["verify "+map[bool]string{true: "unsure", false: "refused"}[verdict == "unsure"]]++
			continue
		}
		n["verified"]++
		var texts []string
		for k, neg := range r.negatives(q, lengths).Negatives {
			n["texts"]++
			if words := len(strings.Fields(neg.Text)); words < 20 || strings.Contains(neg.Text, "This passage") ||
				strings.HasPrefix(neg.Text, "I'm sorry") || slices.ContainsFunc(texts, func(t string) bool { return alike(t, neg.Text) }) {
				n["text rejected"]++
				continue
			} else if words >= lengths[k].Min && words <= lengths[k].Max {
				n["length met"]++
			}
			texts = append(texts, neg.Text)
		}
		first, final := r.cascade(q, texts)
		for k, g := range final {
			n["graded"]++
			n["final "+g]++
			if first[k] != g {
				n["changed "+first[k]+"→"+g]++
			}
			show("  %s→%s %s\n", first[k], g, texts[k])
		}
	}
	return n
}

// badQueryText stands for the text rules of the pipeline.
func badQueryText(q string, p hardneg.Passage) bool {
	low := strings.ToLower(q)
	return len(strings.Fields(q)) < 2 || strings.Contains(low, "passage") || strings.Contains(low, "the text") ||
		len(q) > 40 && strings.Contains(strings.Join(strings.Fields(p.Text), " "), q)
}

func alike(a, b string) bool {
	in := map[string]bool{}
	for _, w := range strings.Fields(a) {
		in[w] = true
	}
	hits := 0
	words := strings.Fields(b)
	for _, w := range words {
		if in[w] {
			hits++
		}
	}
	return hits*10 > len(words)*9
}

func TestOfflineHasEveryOutcome(t *testing.T) {
	show := func(string, ...any) {}
	if os.Getenv("OFFLINE_SHOW") != "" {
		show = func(f string, a ...any) { fmt.Printf(f, a...) }
	}
	for name, passages := range offlineCorpora(t) {
		for _, seed := range []int64{42, 7} {
			n := offlineOutcomes(newOfflineRig(t, seed), passages, show)
			show = func(string, ...any) {}
			t.Logf("%s, seed %d: %v", name, seed, n)
			for _, outcome := range []string{"query rejected", "verify refused", "text rejected", "final 1", "final 2", "final 3",
				"final unsure"} {
				if n[outcome] == 0 {
					t.Errorf("%s, seed %d: no case of %q", name, seed, outcome)
				}
			}
			if n["verified"]*100 < n["passages"]*85 {
				t.Errorf("%s, seed %d: only %d of %d queries verified", name, seed, n["verified"], n["passages"])
			}
			if kept := n["final 0"] + n["final 1"]; kept*10 < n["graded"]*7 {
				t.Errorf("%s, seed %d: only %d of %d texts are negatives", name, seed, kept, n["graded"])
			}
			if n["length met"]*100 < (n["texts"]-n["text rejected"])*95 {
				t.Errorf("%s, seed %d: only %d of %d texts have the length asked for", name, seed, n["length met"], n["texts"])
			}
		}
	}
}

func TestOfflineIsDeterministic(t *testing.T) {
	r := newOfflineRig(t, 42)
	lengths := []prompts.Length{{Min: 40, Max: 60}}
	req := r.request("query-only", "negatives", fmt.Sprintf(offlineNegativesSchema, 1, 1),
		prompts.QueryOnlyData{Fence: "f", Query: "when was the harbour bridge opened", Lengths: lengths})
	one, err := r.rules.Complete(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	req.Role, req.Stage, req.Input = "another", "another", "another" // not part of the request's key
	two, _ := NewOffline(42).Complete(context.Background(), req)
	if string(one.Raw) != string(two.Raw) || one.FinishReason != "stop" || !one.Usage.Estimated || one.Usage.Prompt == 0 {
		t.Errorf("equal requests, unequal replies:\n%s\n%s", one.Raw, two.Raw)
	}
	back, err := r.rules.Decode(one.Raw)
	if err != nil || back.Content != one.Content || back.Usage != one.Usage {
		t.Errorf("Decode: %+v, %v", back, err)
	}
	req.Sample = 1
	if other, _ := r.rules.Complete(context.Background(), req); other.Content == one.Content {
		t.Error("another sample got the same text")
	}
	if other, _ := NewOffline(43).Complete(context.Background(), req); other.Content == one.Content {
		t.Error("another seed gave the same text")
	}
}

func TestOfflineGradesDoNotDependOnOrder(t *testing.T) {
	for name, passages := range offlineCorpora(t) {
		r := newOfflineRig(t, 1)
		for i := 0; i+4 <= len(passages) && i < 60; i += 4 {
			var texts []string
			for _, p := range passages[i : i+4] {
				texts = append(texts, p.Text)
			}
			q := r.query(passages[i], i)
			forth := r.grades(q, texts)
			slices.Reverse(texts)
			back := r.grades(q, texts)
			slices.Reverse(back)
			if !slices.Equal(forth, back) {
				t.Errorf("%s: %q: %v, and reversed %v", name, q, forth, back)
			}
		}
	}
}

func TestOfflineErrors(t *testing.T) {
	o := NewOffline(1)
	_, err := o.Complete(context.Background(), Request{Schema: Schema{"essay", json.RawMessage(`{}`)}})
	if e, ok := AsError(err); !ok || e.Class != Down {
		t.Errorf("unknown schema: %v", err)
	}
	if _, err := o.Decode([]byte("<html>")); err == nil {
		t.Error("Decode accepts what is no JSON")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := o.Complete(ctx, Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestOfflineReadsPrompts(t *testing.T) {
	blocks := fencedBlocks("<<<query f>>>\nq\n<<<end query f>>>\n\n<<<passage A f>>>\nsays <<<passage B x>>>\nno\n<<<end B x>>>\n<<<end A f>>>" +
		"\n<<<passage B f>>>\n\n<<<end B f>>>\n<<<query open>>>\n")
	want := []fencedBlock{{"query", "q"}, {"passage A", "says <<<passage B x>>>\nno\n<<<end B x>>>"}, {"passage B", ""}}
	if !slices.Equal(blocks, want) {
		t.Errorf("blocks %q, want %q", blocks, want)
	}
	kinds := []string{"keyword", "keyword", "question", "question", "how", "fact", "situation", ""}
	for i, k := range offlineKinds {
		w := queryWriter{}
		w.readKind("<<<passage f>>>\nWhy keywords?\n<<<end passage f>>>\n\nKind: "+k+". Language: English.", "Why keywords?")
		if w.kind != kinds[i] || w.small != (i == 0) || (w.max == 0) != (i >= 4 && i != 6) {
			t.Errorf("%q read as %q, %d to %d words", k, w.kind, w.min, w.max)
		}
	}
}

func TestOfflineWords(t *testing.T) {
	for past, base := range map[string]string{"moved": "move", "opened": "open", "stopped": "stop", "carried": "carry", "built": "build",
		"measured": "measure", "joined": "join", "visited": "visit", "hundred": ""} {
		if got := baseForm(past); got != base {
			t.Errorf("baseForm(%q) = %q, want %q", past, got, base)
		}
	}
	got := sentences("Dr. A. Miller came at 3.5 km. He left!\n- one item (in 1974, say)\n```\ncode\n```\n这是水。那是火")
	var texts []string
	for _, s := range got {
		texts = append(texts, joinWords(s))
	}
	want := []string{"Dr A Miller came at 3.5 km", "He left", "one item in 1974 say", "这是水", "那是火"}
	if !slices.Equal(texts, want) {
		t.Errorf("sentences %q, want %q", texts, want)
	}
	for _, pool := range [][]string{openings, middles, topicals, shorts} {
		if len(pool)%7 == 0 {
			t.Errorf("a pool of %d templates is walked in steps of 7", len(pool))
		}
	}
}

// Forms of one stem have synonyms of different stems (film: movie, films: movies), and which one counts must not be left to chance.
func TestOfflineSynonymsAreTheSameInEveryProcess(t *testing.T) {
	for range 20 {
		if got := kinOf(synonyms); !maps.Equal(got, kin) {
			t.Fatal("another table")
		}
	}
	for from, to := range map[string]string{"film": "movie", "obtained": "get", "purchased": "buy", "select": "choose"} {
		if got := kin[stemOf(from)]; got != stemOf(to) {
			t.Errorf("%s: %q, want %q", from, got, stemOf(to))
		}
	}
}

func TestOfflineGrades(t *testing.T) {
	r := newOfflineRig(t, 1)
	const query = "when was the harbour bridge at Stanholm opened"
	for _, test := range []struct{ name, text, want string }{
		{"answer", "The harbour bridge at Stanholm was opened in 1931.", "3"},
		{"answer over two sentences", "Stanholm got its harbour bridge late. It was opened in 1931 by the mayor.", "3"},
		{"another aspect", "Ships pass under the harbour bridge all day. It was painted green in 1931.", "1"},
		{"sibling", "The harbour lighthouse of Kelmere dates from 1931.", "1"},
		{"other subject", "Sheep are shorn in June.", "0"},
		{"title helps", "Title: Harbour bridge (Stanholm)\nIt was opened in 1931.", "3"},
	} {
		if got := r.grades(query, []string{test.text})[0]; got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	spread := "Stanholm got its harbour bridge late. It was opened in 1931 by the mayor."
	if got := r.grades(query, []string{spread, "Sheep.", "Goats."})[0]; got == "3" {
		t.Error("a judge that skims three texts saw an answer over two sentences")
	}
	if got := r.grades("what is it", []string{spread})[0]; got != "unsure" {
		t.Errorf("a query without content: %s", got)
	}
	if got := r.grades("水の温度", []string{"この水の温度は九十度。", "Sheep."}); got[0] != "3" || got[1] != "0" {
		t.Errorf("script without spaces: %v", got)
	}
}

func TestOfflineKeepsToSchema(t *testing.T) {
	r := newOfflineRig(t, 3)
	lengths := []prompts.Length{{Min: 30, Max: 40}, {Min: 200, Max: 260}, {Min: 95, Max: 120}, {Min: 95, Max: 120}, {Min: 60, Max: 70}}
	for _, q := range []string{"x", "", "Länge der Zarge außen in Süddeutschland", "水の温度", strings.Repeat("long words ", 30)} {
		reply := r.negatives(q, lengths)
		if len(reply.Negatives) != len(lengths) || len(reply.Requirements) < 1 || len(reply.Requirements) > 4 || len(reply.Need) > 400 {
			t.Errorf("%q: %+v", q, reply)
		}
		for _, n := range reply.Negatives {
			if n.Breaks == "" || n.Text == "" && q != "" {
				t.Errorf("%q: empty text or break in %+v", q, n)
			}
		}
	}
	for i, text := range []string{"", "Hm.", "| a | b |\n|---|---|", "这是一个关于水的段落。水在一百度沸腾。"} {
		for k := range offlineKinds {
			if q := r.query(hardneg.Passage{ID: "p", Text: text}, k); q == "" {
				t.Errorf("passage %d, kind %d: empty query", i, k)
			}
		}
	}
}

func BenchmarkOffline(b *testing.B) {
	r := newOfflineRig(b, 1)
	lengths := []prompts.Length{{Min: 95, Max: 120}, {Min: 95, Max: 120}, {Min: 95, Max: 120}}
	q := "when was the harbour bridge at Stanholm opened"
	text := strings.Repeat("The harbour bridge was planned for many years. It was opened at Stanholm in 1931 by the mayor. ", 8)
	for b.Loop() {
		r.negatives(q, lengths)
		r.grades(q, []string{text, text, text})
		r.query(hardneg.Passage{ID: "p", Title: "Harbour bridge", Text: text}, 1)
	}
}
