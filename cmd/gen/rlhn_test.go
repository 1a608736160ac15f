package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

const rlhnConfig = `run: {dir: run, seed: 7}
corpus: {path: [rlhn]}
models:
  small: {provider: openai, model: s, base_url: "%[1]s/v1", api_key: "", concurrency: 4, patience: 3s, timeout: 20s}
  large: {provider: openai, model: l, base_url: "%[1]s/v1", api_key: "", concurrency: 2, patience: 3s, timeout: 20s}
generate: {queries: {model: small}, negatives: []}
judge:
  positives: false
  cascade: [{model: small, prompt: rlhn, slate: 25, forward: query}, {model: large, prompt: rlhn, slate: 25}]
relabel: {ambiguous: keep}
export: {formats: [jsonl], split: {train: 1, validation: 0, test: 0}}
`

type rlhnReply struct {
	ID        string     `json:"query_id"`
	Query     string     `json:"query"`
	Positives []rlhnText `json:"positive_passages"`
	Negatives []rlhnText `json:"negative_passages"`
	Response  string     `json:"response"`
}

type rlhnText struct {
	DocID string `json:"docid"`
	Text  string `json:"text"`
}

// rlhnReplies reads the recorded replies of a judge of RLHN; the test is skipped where they are not at hand.
func rlhnReplies(t *testing.T, name string) []rlhnReply {
	t.Helper()
	shared := os.Getenv("HARDNEG_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(shared, "data", "rlhn-fiqa", name))
	if err != nil {
		const missing = "no recorded replies of RLHN: set HARDNEG_SHARED to the folder with the data for tests"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing + "; with CI=true nothing is skipped")
		}
		t.Skip(missing)
	}
	defer f.Close()
	var out []rlhnReply
	for in := json.NewDecoder(bufio.NewReader(f)); in.More(); {
		var r rlhnReply
		if err := in.Decode(&r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

var rlhnFlagged = regexp.MustCompile(`(?s)<(better|worse)>(.*?)</(?:better|worse)>`)

// rlhnPair names a query and a text, whatever the import made of the spaces in them.
func rlhnPair(query, text string) [2]string {
	return [2]string{strings.Join(strings.Fields(query), " "), strings.Join(strings.Fields(text), " ")}
}

// rlhnWords are what a judge says of a text for a query.
func rlhnWords(rows []rlhnReply) map[[2]string]string {
	out := map[[2]string]string{}
	for _, r := range rows {
		for _, n := range r.Negatives {
			out[rlhnPair(r.Query, n.Text)] = "none"
		}
		for _, list := range rlhnFlagged.FindAllStringSubmatch(r.Response, -1) {
			for _, m := range regexp.MustCompile(`Doc \((\d+)\)`).FindAllStringSubmatch(list[2], -1) {
				var n int
				fmt.Sscan(m[1], &n)
				out[rlhnPair(r.Query, r.Negatives[n-1].Text)] = list[1]
			}
		}
	}
	return out
}

// writeRLHN writes the rows as a BEIR folder: the query's first positive by id is its passage, all else is judged.
func (l *lab) writeRLHN(rows []rlhnReply) {
	l.t.Helper()
	var corpus, queries strings.Builder
	qrels := "query-id\tcorpus-id\tscore\n"
	seen := map[string]bool{}
	line := func(b *strings.Builder, id, text string) {
		j, _ := json.Marshal(map[string]string{"_id": id, "text": text})
		b.Write(append(j, '\n'))
	}
	for _, r := range rows {
		line(&queries, r.ID, r.Query)
		for i, n := range append(r.Positives[:len(r.Positives):len(r.Positives)], r.Negatives...) {
			if !seen[n.DocID] {
				line(&corpus, n.DocID, n.Text)
			}
			seen[n.DocID] = true
			grade := 0
			if i < len(r.Positives) {
				grade = 1
			}
			qrels += fmt.Sprintf("%s\t%s\t%d\n", r.ID, n.DocID, grade)
		}
	}
	if err := os.MkdirAll(filepath.Join(l.dir, "rlhn", "qrels"), 0o700); err != nil {
		l.t.Fatal(err)
	}
	l.write("rlhn/corpus.jsonl", corpus.String())
	l.write("rlhn/queries.jsonl", queries.String())
	l.write("rlhn/qrels/train.tsv", qrels)
}

// Rows of RLHN, imported, judged by a server that says what its judges said, and exported under each of its four policies: as the set
// that they are, and as a BEIR folder.
func TestRLHNFromImportToExport(t *testing.T) {
	t.Parallel()
	stage1 := rlhnReplies(t, "fiqa.stage_1.gpt-4o-mini.jsonl")
	for name, prepare := range map[string]func(*lab){
		"tevatron": func(l *lab) { l.write("rlhn", string(sharedFile(t, "rlhn-fiqa", "fiqa.stage_1.gpt-4o-mini.jsonl"))) },
		"beir":     func(l *lab) { l.writeRLHN(stage1) },
	} {
		t.Run(name, func(t *testing.T) { testRLHN(t, stage1, prepare) })
	}
}

func testRLHN(t *testing.T, stage1 []rlhnReply, prepare func(*lab)) {
	stage2 := rlhnReplies(t, "fiqa.stage_2.gpt-4o.jsonl")
	words := map[string]map[[2]string]string{"s": rlhnWords(stage1), "l": rlhnWords(stage2)}
	l := newLab(t, 1, mockllm.Config{Grades: func(model, query, text string) string {
		if word, ok := words[model][rlhnPair(query, text)]; ok {
			return word
		}
		return "better" // the further positives, which RLHN takes as they are
	}})
	l.write("config.yaml", fmt.Sprintf(rlhnConfig, l.server.URL))
	prepare(l)
	stages := []string{"run", "--stage", "negatives", "--stage", "judge", "--stage", "relabel"}
	l.must(0, stages...)
	sent := l.server.Count()
	for policy, want := range map[string]struct{ rows, negatives, found int }{
		"keep": {25, 375, 0}, "remove-query": {24, 360, 0}, "remove-negative": {25, 373, 0}, "relabel": {25, 373, 2}} {
		l.must(0, "export", "--format", "jsonl", "--out", policy, "--allow-partial", "--set", "relabel.policy="+policy)
		rows := l.rows(policy)
		negatives, found := 0, 0
		for _, r := range rows {
			negatives += len(r.Negatives)
			for _, p := range r.Positives {
				if words["s"][rlhnPair(r.Query, p.Text)] != "" {
					found++
				}
			}
		}
		if len(rows) != want.rows || negatives != want.negatives || found != want.found {
			t.Errorf("%s: %d rows, %d negatives, %d false negatives as positives; want %+v", policy, len(rows), negatives, found, want)
		}
	}
	if got := l.server.Count(); got != sent {
		t.Errorf("another policy made %d calls", got-sent)
	}
	l.must(0, "check")
}
