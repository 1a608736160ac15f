package corpus

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLinksAreReadWhereTheyAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, content, named string
		want                 string // of each record, its links
		bad                  string
	}{
		"a list":              {"a.jsonl", `{"id":"a","text":"x","cites":["b",7,"b","a",""]}`, "cites", "b 7", ""},
		"none":                {"a.jsonl", `{"id":"a","text":"x"}` + "\n" + `{"id":"b","text":"y","cites":null}`, "cites", "/", ""},
		"a text":              {"a.jsonl", `{"id":"a","text":"x","cites":"b; c,d|e  f"}`, "cites", "b c d e f", ""},
		"not named":           {"a.jsonl", `{"id":"a","text":"x","links":["b"]}`, "", "", ""},
		"an object":           {"a.jsonl", `{"id":"a","text":"x","cites":{"b":1}}` + "\n" + `{"id":"b","text":"y"}`, "cites", "", "a.jsonl:1: field cites: is an object; links are a list of ids"},
		"an object in a list": {"a.jsonl", `{"id":"a","text":"x","cites":["b",{}]}` + "\n" + `{"id":"b","text":"y"}`, "cites", "", "a.jsonl:1: field cites[1]: is an object"},
		"csv":                 {"a.csv", "id,text,Cites\na,x,\"b,c d\"\nb,y,\n", "cites", "b c d/", ""},
		"tsv":                 {"a.tsv", "id\ttext\tcites\na\tx\tb;c\n", "cites", "b c", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, write(t, c.file, c.content), Options{Fields: Fields{Links: c.named}})
			var got []string
			for r, err := range s.Passages() {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, strings.Join(r.Links, " "))
			}
			if d := cmp.Diff(c.want, strings.Join(got, "/")); d != "" {
				t.Error(d)
			}
			if ps := s.Problems(); (c.bad != "") != (len(ps) > 0) || len(ps) > 0 && !strings.Contains(ps[0].String(), c.bad) {
				t.Errorf("%v", ps)
			}
		})
	}
}

// A file whose links were not read is another one than the same with them: else they could not be had of a run that has its passages.
func TestTheFieldOfLinksIsAPartOfTheStamp(t *testing.T) {
	t.Parallel()
	path := write(t, "a.jsonl", `{"id":"a","text":"x","cites":["b"]}`)
	stamps, quick := map[string]bool{}, map[string]bool{}
	for _, o := range []Options{{}, {Fields: Fields{Links: "cites"}}, {Fields: Fields{Links: "refs"}}, {Chunk: Chunk{MaxWords: 30}}} {
		st, err := StampOf(path, o)
		if err != nil {
			t.Fatal(err)
		}
		q, err := QuickStamp(path, o)
		if err != nil {
			t.Fatal(err)
		}
		stamps[st.SHA256], quick[q] = true, true
	}
	if len(stamps) != 4 || len(quick) != 4 {
		t.Errorf("%d stamps and %d quick ones of four ways to read a file", len(stamps), len(quick))
	}
}

func TestATableWithoutTheNamedLinksIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, write(t, "a.csv", "id,text\na,x\n"), Options{Fields: Fields{Links: "cites"}})
	for _, err := range s.Passages() {
		if err == nil || !strings.Contains(err.Error(), "no column cites") {
			t.Errorf("%v", err)
		}
	}
}
