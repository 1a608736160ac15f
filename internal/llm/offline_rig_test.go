package llm

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/prompts"
)

// offlineKinds are kinds of queries as a pipeline may word them.
var offlineKinds = []string{
	"a few keywords, 2 to 5 words, as typed in haste, in lower case, without a question mark",
	"keywords with one restriction (a place, time, version, person or condition), 4 to 8 words",
	"a short plain question, 5 to 9 words",
	"a question with a condition or detail in it, 10 to 18 words",
	"a how or why question about a procedure, cause or reason",
	"a question about a number, date, amount, name or place",
	"what somebody needs to know or to do, said in one sentence of 8 to 20 words, not as a question",
	"any",
}

const (
	offlineQuerySchema = `{"type":"object","properties":{"query":{"type":"string","maxLength":300}},"required":["query"],` +
		`"additionalProperties":false}`
	offlineNegativesSchema = `{"type":"object","properties":{"need":{"type":"string"},"requirements":{"type":"array","minItems":1,` +
		`"maxItems":4,"items":{"type":"string"}},"negatives":{"type":"array","minItems":%d,"maxItems":%d,"items":{"type":"object",` +
		`"properties":{"breaks":{"type":"string"},"text":{"type":"string"}},"required":["breaks","text"]}}}}`
)

// offlineRig renders the real prompts and sends them to the rules, as the pipeline would.
type offlineRig struct {
	t     testing.TB
	set   *prompts.Set
	rules *Offline
}

func newOfflineRig(t testing.TB, seed int64) *offlineRig {
	set, err := prompts.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return &offlineRig{t, set, NewOffline(seed)}
}

func (r *offlineRig) request(prompt, schema, schemaJSON string, user any) Request {
	r.t.Helper()
	tmpl, err := r.set.Get(prompt)
	if err != nil {
		r.t.Fatal(err)
	}
	system, err := tmpl.System(prompts.Static{Style: "plain"})
	if err != nil {
		r.t.Fatal(err)
	}
	text, err := tmpl.User(user)
	if err != nil {
		r.t.Fatal(err)
	}
	return Request{Model: "offline", System: system, User: text, Schema: Schema{schema, json.RawMessage(schemaJSON)}, MaxTokens: 1024}
}

func (r *offlineRig) ask(req Request, into any) {
	r.t.Helper()
	resp, err := r.rules.Complete(context.Background(), req)
	if err != nil {
		r.t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(resp.Content))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		r.t.Fatalf("reply %s: %v", resp.Content, err)
	}
}

func (r *offlineRig) query(p hardneg.Passage, i int) string {
	var reply queryReply
	r.ask(r.request("query", "query", offlineQuerySchema, prompts.QueryData{Fence: "f00d", Passage: prompts.PassageText(p.Title, p.Text),
		Kind: offlineKinds[i%len(offlineKinds)], Language: "English"}), &reply)
	return reply.Query
}

func (r *offlineRig) negatives(query string, lengths []prompts.Length) negativesReply {
	var reply negativesReply
	schema := fmt.Sprintf(offlineNegativesSchema, len(lengths), len(lengths))
	r.ask(r.request("query-only", "negatives", schema, prompts.QueryOnlyData{Fence: "f00d", Query: query, Lengths: lengths}), &reply)
	return reply
}

// grades returns the grades in the order of the texts.
func (r *offlineRig) grades(query string, texts []string) []string {
	slate := prompts.GradeData{Fence: "f00d", Query: query}
	var properties []string
	for i, t := range texts {
		label := string(rune('A' + i))
		slate.Passages = append(slate.Passages, prompts.LabelledText{Label: label, Text: t})
		properties = append(properties, fmt.Sprintf(`%q:{"type":"string","enum":["0","1","2","3","unsure"]}`, label))
	}
	reply := map[string]string{}
	r.ask(r.request("grade", "grades", `{"type":"object","properties":{`+strings.Join(properties, ",")+`}}`, slate), &reply)
	if len(reply) != len(texts) {
		r.t.Fatalf("%d grades for %d texts", len(reply), len(texts))
	}
	var list []string
	for i := range texts {
		g := reply[string(rune('A'+i))]
		if !slices.Contains([]string{"0", "1", "2", "3", "unsure"}, g) {
			r.t.Fatalf("grade %q", g)
		}
		list = append(list, g)
	}
	return list
}

// cascade grades the texts as the shipped config does: what judge 1 calls 0 is final, the rest goes to judge 2.
func (r *offlineRig) cascade(query string, texts []string) (first, final []string) {
	first = r.grades(query, texts)
	final = slices.Clone(first)
	var on []int
	for i, g := range first {
		if g != "0" {
			on = append(on, i)
		}
	}
	if len(on) == 0 {
		return first, final
	}
	var forwarded []string
	for _, i := range on {
		forwarded = append(forwarded, texts[i])
	}
	for k, g := range r.grades(query, forwarded) {
		final[on[k]] = g
	}
	return first, final
}

func readPassages(t testing.TB, file string) []hardneg.Passage {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	var list []hardneg.Passage
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var row struct {
			ID    string `json:"_id"`
			Title string
			Text  string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		list = append(list, hardneg.Passage{ID: row.ID, Title: row.Title, Text: row.Text})
	}
	return list
}

// offlineCorpora are the passages to try, by name: those that come with the repository and, where it is there, Wikipedia.
func offlineCorpora(t testing.TB) map[string][]hardneg.Passage {
	shared := os.Getenv("HARDNEG_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	found := map[string][]hardneg.Passage{}
	if list := readPassages(t, "../../testdata/passages.jsonl"); len(list) >= 100 {
		found["bundled"] = list
	}
	wiki := readPassages(t, filepath.Join(shared, "data", "squad-dev-wikipedia", "corpus.jsonl"))
	for i := 0; i+10 <= len(wiki) && i/10 < 200; i += 10 {
		found["wikipedia"] = append(found["wikipedia"], wiki[i])
	}
	if len(found) == 0 {
		t.Fatal("no passages: set HARDNEG_SHARED to the folder with the data for tests")
	}
	return found
}
