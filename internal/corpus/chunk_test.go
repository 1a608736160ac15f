package corpus

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hardneg/internal/text"
)

func chunked(c Chunk, body string) (out []string) {
	r := Record{}
	r.Passage.ID, r.Passage.Text = "d", body
	c.split(r, func(r Record) bool {
		out = append(out, r.Passage.ID+": "+r.Passage.Text)
		return true
	})
	return out
}

func TestDocumentsAreSplitAtTheEndsOfSentences(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    Chunk
		body string
		want []string
	}{
		{"short enough", Chunk{6, 0}, "One two three. Four five six.", []string{"d: One two three. Four five six."}},
		{"off", Chunk{}, "One two three. Four five six.", []string{"d: One two three. Four five six."}},
		{"alike", Chunk{8, 0}, "One two three. Four five six. Seven eight nine. Ten eleven twelve.",
			[]string{"d#1: One two three. Four five six.", "d#2: Seven eight nine. Ten eleven twelve."}},
		{"overlap", Chunk{8, 3}, "One two three. Four five six. Seven eight nine. Ten eleven twelve.",
			[]string{"d#1: One two three. Four five six.", "d#2: Four five six. Seven eight nine.", "d#3: Seven eight nine. Ten eleven twelve."}},
		{"what is between stays", Chunk{6, 0}, "One two.\n\nThree (Mr. Four) five.\nSix seven eight nine.",
			[]string{"d#1: One two.\n\nThree (Mr. Four) five.", "d#2: Six seven eight nine."}},
		{"a long sentence", Chunk{4, 0}, "One two three four five six seven eight nine. Ten.",
			[]string{"d#1: One two three four", "d#2: five six seven eight", "d#3: nine. Ten."}},
	} {
		if diff := cmp.Diff(tt.want, chunked(tt.c, tt.body)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestChunksHoldTheWholeTextAndNoMoreThanIsAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"one", "two,", "three.", "Four", "five!", "U.S.", "\n\n", "東京都。", "x-y", "…", "(six)"}), 1, 120).Draw(t, "words")
		c := Chunk{rapid.IntRange(3, 30).Draw(t, "max"), 0}
		if rapid.Bool().Draw(t, "overlaps") {
			c.Overlap = c.MaxWords / 2
		}
		body := clean(strings.Join(words, " "))
		spans := []span{{0, len(body), text.CountWords(body)}}
		if text.CountWords(body) > c.MaxWords {
			spans = c.parts(body)
		}
		end := 0
		for i, s := range spans {
			if s.from > end && strings.TrimSpace(body[end:s.from]) != "" || s.to <= end && end > 0 || i > 0 && s.from <= spans[i-1].from {
				t.Fatalf("%v loses or repeats a part of %q: %v", c, body, spans)
			}
			if c.Overlap == 0 && s.from < end {
				t.Fatalf("%v overlaps: %v", c, spans)
			}
			if n := text.CountWords(body[s.from:s.to]); n > c.MaxWords+2 { // parts that are counted together may round up
				t.Fatalf("%d words in a part of %d: %q", n, c.MaxWords, body[s.from:s.to])
			}
			end = s.to
		}
		if strings.TrimSpace(body[end:]) != "" {
			t.Fatalf("%v loses the end of %q: %v", c, body, spans)
		}
	})
}

func TestChunksOfAFile(t *testing.T) {
	long := strings.Repeat("This is a sentence of seven words. ", 10)
	path := write(t, "a.jsonl", fmt.Sprintf(`{"id":"x","title":"T","text":%q}`+"\n"+`{"id":"y","text":"short"}`+"\n", long))
	o := Options{Chunk: Chunk{MaxWords: 30}}
	s, got, err := readAll(path, o)
	if err != nil || len(got) != 4 || got[0].Passage.ID != "x#1" || got[2].Passage.ID != "x#3" || got[2].Passage.Title != "T" || got[2].Line != 1 || got[3].Passage.ID != "y" {
		t.Error(rows(got), err)
	}
	if st := s.Stats(); st.Good != 2 {
		t.Errorf("%+v", st)
	}
	plain, err := StampOf(path, Options{})
	split, err2 := StampOf(path, o)
	other, err3 := StampOf(path, Options{Chunk: Chunk{MaxWords: 31}})
	if err != nil || err2 != nil || err3 != nil || plain.SHA256 == split.SHA256 || split.SHA256 == other.SHA256 {
		t.Error("how a file is split is no part of its stamp", err, err2, err3)
	}
	dir := beirFolder(t, map[string]string{"corpus.jsonl": oneDoc, "queries.jsonl": `{"_id":"q","text":"x"}`, "qrels/test.tsv": "q\td1\t1\n"})
	if _, err := Open(dir, o); ruleOf(t, err) != "chunk" {
		t.Error(err)
	}
}
