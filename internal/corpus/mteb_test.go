package corpus

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

const (
	twoDocs     = oneDoc + `{"_id":"d2","title":null,"text":"another body"}` + "\n"
	twoQueries  = `{"_id":"q1","text":"who?"}` + "\n" + `{"_id":"q2","text":"why?"}` + "\n"
	firstQrels  = `{"query-id":"q1","corpus-id":"d1","score":1}` + "\n" + `{"query-id":"q1","corpus-id":"d2","score":0}` + "\n"
	secondQrels = `{"query-id":"q2","corpus-id":"d2","score":1.0}` + "\n"
)

// mtebCard declares the tables of a set, of which each set of several has a prefix.
func mtebCard(prefixes ...string) string {
	var b strings.Builder
	b.WriteString("---\nconfigs:\n")
	for _, p := range prefixes {
		for table, splits := range map[string][]string{"default": {"train", "test"}, "corpus": {"corpus"}, "queries": {"queries"}} {
			fmt.Fprintf(&b, "- config_name: %s%s\n  data_files:\n", p, table)
			for _, s := range splits {
				path := p + table + "/" + s + ".jsonl"
				if table != "default" {
					path = p + table + ".jsonl"
				}
				fmt.Fprintf(&b, "  - split: %s\n    path: %s\n", s, path)
			}
		}
	}
	b.WriteString("- config_name: " + prefixes[0] + "top_ranked\n  data_files: top_ranked.jsonl\n")
	return b.String() + "---\n# A set\n"
}

func TestRetrievalSetOfTheHub(t *testing.T) {
	plain := map[string]string{"corpus/test-00000-of-00001.jsonl": twoDocs, "queries/test-00000-of-00001.jsonl": twoQueries,
		"qrels/train.jsonl": firstQrels, "qrels/test-00000-of-00001.jsonl": secondQrels}
	declared := map[string]string{"README.md": mtebCard(""), "corpus.jsonl": twoDocs, "queries.jsonl": twoQueries,
		"default/train.jsonl": firstQrels, "default/test.jsonl": secondQrels}
	beirNames := map[string]string{"corpus.jsonl": twoDocs, "queries.jsonl": twoQueries, "qrels/train.jsonl": firstQrels, "qrels/test.jsonl": secondQrels}
	languages := map[string]string{"README.md": mtebCard("en-", "de-"), "en-corpus.jsonl": twoDocs, "en-queries.jsonl": twoQueries,
		"en-default/train.jsonl": firstQrels, "en-default/test.jsonl": secondQrels, "de-corpus.jsonl": twoDocs, "de-queries.jsonl": twoQueries,
		"de-default/train.jsonl": firstQrels, "de-default/test.jsonl": secondQrels}
	for _, tt := range []struct {
		name   string
		files  map[string]string
		choice Hub
		want   string
	}{
		{"folders", plain, Hub{}, "q2 test, q1 train, q1 train"},
		{"folders, a split", plain, Hub{Split: "train"}, "q1 train, q1 train"},
		{"configs of a card", declared, Hub{Split: "test"}, "q2 test"},
		{"configs of a card, qrels by name", declared, Hub{Config: "default", Split: "test"}, "q2 test"},
		{"qrels in JSON lines beside BEIR's files", beirNames, Hub{Split: "test"}, "q2 test"},
		{"a language", languages, Hub{Config: "en", Split: "test"}, "q2 test"},
		{"a language by its qrels", languages, Hub{Config: "de-default", Split: "test"}, "q2 test"},
	} {
		dir := beirFolder(t, tt.files)
		o := Options{Hub: tt.choice}
		if paths, err := Expand([]string{dir}, o); err != nil || len(paths) != 1 || paths[0] != dir {
			t.Fatal(tt.name, paths, err)
		}
		s := open(t, dir, o)
		if got := judgedIn(t, s); got != tt.want || s.Format() != "mteb" {
			t.Errorf("%s: %s, format %s", tt.name, got, s.Format())
		}
		if unread := strings.Join(s.UnreadParts(), ", "); strings.HasSuffix(unread, "top_ranked") != (tt.files["README.md"] != "" && !strings.HasPrefix(tt.choice.Config, "de-")) {
			t.Errorf("%s: not read: %s", tt.name, unread)
		}
		got, err := drain(s)
		if diff := cmp.Diff([]string{"1|d1|T|body", "2|d2||another body"}, rows(got)); diff != "" || err != nil {
			t.Error(tt.name, err, diff)
		}
		if got := queryIDs(t, s); got != "q1 q2" {
			t.Error(tt.name, got)
		}
	}
}

func queryIDs(t *testing.T, s *Source) string {
	t.Helper()
	var ids []string
	for q, err := range s.Queries() {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, q.ID)
	}
	return strings.Join(ids, " ")
}

// A table that is divided as the qrels are gives the part that belongs to them; ids may be numbers.
func TestRetrievalSetInParquet(t *testing.T) {
	type doc struct {
		ID   int64  `parquet:"id"`
		Text string `parquet:"text"`
	}
	type qrel struct {
		Query int64   `parquet:"query-id"`
		Doc   int64   `parquet:"corpus-id"`
		Score float64 `parquet:"score"`
	}
	dir := beirFolder(t, map[string]string{"notes.txt": "x", "corpus/x.txt": "", "queries/x.txt": "", "qrels/x.txt": ""})
	put := func(name string, err error) {
		if err != nil {
			t.Fatal(name, err)
		}
	}
	for i, split := range []string{"train", "test"} {
		n := int64(i + 1)
		name := func(table string) string { return filepath.Join(dir, table, split+"-00000-of-00001.parquet") }
		put("corpus", parquet.WriteFile(name("corpus"), []doc{{n, fmt.Sprint("body ", n)}}))
		put("queries", parquet.WriteFile(name("queries"), []doc{{10 + n, fmt.Sprint("query ", n)}}))
		put("qrels", parquet.WriteFile(name("qrels"), []qrel{{10 + n, n, 1}, {10 + n, 1, 0}}))
	}
	s := open(t, dir, Options{Hub: Hub{Split: "test"}})
	got, err := drain(s)
	if diff := cmp.Diff([]string{"1|2||body 2"}, rows(got)); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if judged, asked := judgedIn(t, s), queryIDs(t, s); judged != "12 test, 12 test" || asked != "12" {
		t.Error(judged, asked)
	}
	s = open(t, dir, Options{})
	if judged := judgedIn(t, s); judged != "12 test, 12 test, 11 train, 11 train" {
		t.Error(judged)
	}
}

func TestWhichRetrievalSetIsSaid(t *testing.T) {
	files := map[string]string{"README.md": mtebCard("en-", "de-")}
	for _, p := range []string{"en-", "de-"} {
		files[p+"corpus.jsonl"], files[p+"queries.jsonl"] = twoDocs, twoQueries
		files[p+"default/train.jsonl"], files[p+"default/test.jsonl"] = firstQrels, `{"query-id":"q2","score":1.5}`+"\n"+`{"query-id":"q2","corpus-id":"d2","score":1.5}`+"\n"
	}
	dir := beirFolder(t, files)
	for _, tt := range []struct {
		choice     Hub
		rule, says string
	}{
		{Hub{}, "ambiguous", "has several configs: en, de"},
		{Hub{Config: "fr"}, "choice", `has no config "fr"; it has en, de, en-`},
		{Hub{Config: "en", Split: "dev"}, "choice", `has no split "dev"; it has train, test`},
	} {
		if _, err := Expand([]string{dir}, Options{Hub: tt.choice}); ruleOf(t, err) != tt.rule || !strings.Contains(err.Error(), tt.says) {
			t.Error(tt.choice, err)
		}
	}
	// A table by itself is read as what it is.
	got, err := drain(open(t, dir, Options{Hub: Hub{Config: "en-corpus"}}))
	if err != nil || len(got) != 2 {
		t.Error(rows(got), err)
	}
	s := open(t, dir, Options{Hub: Hub{Config: "en", Split: "test"}})
	if judged := judgedIn(t, s); judged != "" {
		t.Error(judged)
	}
	var problems []string
	for _, p := range s.Problems() {
		problems = append(problems, filepath.ToSlash(strings.TrimPrefix(p.String(), dir+string(filepath.Separator))))
	}
	want := []string{"en-default/test.jsonl:1: field corpus-id: is missing or empty; name the id", "en-default/test.jsonl:2: field score: 1.5 is not a whole number"}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Error(diff)
	}
}
