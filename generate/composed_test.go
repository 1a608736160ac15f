package generate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/internal/llm"
)

// withDocuments is a reply with a query, a document that answers it, and others.
func withDocuments(query, positive string, negatives ...string) string {
	list := []map[string]string{}
	for _, n := range negatives {
		list = append(list, map[string]string{"text": n})
	}
	return asJSON(map[string]any{"user_query": query, "positive_document": positive, "hard_negative_documents": list})
}

// document is an English text of some words about a subject.
func document(subject string, words int) string {
	var b strings.Builder
	for i := range words {
		if i%2 == 1 {
			b.WriteString([]string{"of the ", "and was ", "in the ", "that is ", "with the "}[i/2%5])
		}
		fmt.Fprintf(&b, "%s%c%c ", subject, 'a'+i%26, 'a'+i/26)
	}
	return strings.TrimSpace(b.String())
}

// askedFor are the words that a request asks for of each document.
func askedFor(t *testing.T, user string) (out []int) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?m)^\d+\. a document of (\d+) to \d+ words that (answers|does not answer) the query$`).FindAllStringSubmatch(user, -1) {
		var n int
		if _, err := fmt.Sscan(m[1], &n); err != nil || (m[2] == "answers") != (len(out) == 0) {
			t.Errorf("%q: %v", m[0], err)
		}
		out = append(out, n)
	}
	return out
}

// composing writes queries with documents, and reads the documents; tasks is nil for passages.
func composing(t *testing.T, prompt string, a *author, count, samples int, tasks *Tasks) (*Queries, *Negatives) {
	t.Helper()
	w := writerOf(t, prompt, a)
	c := &Composer{Writer: w, Negatives: count - 1, Card: lengthOf(20), Tasks: tasks}
	if tasks != nil {
		c.Negatives = count
	}
	s, ok := NewStrategy(Spec{Name: Triplet, Count: count}, Kit{Writer: writerOf(t, Triplet, a), Composer: c, Card: lengthOf(20)})
	if !ok || s.Calls != 0 {
		t.Fatalf("the strategy takes %d calls a query", s.Calls)
	}
	return &Queries{Writer: w, PerPassage: samples, Composer: c}, &Negatives{[]Strategy{s}}
}

func TestAQueryAndItsTextsComeFromOneReply(t *testing.T) {
	a := &author{write: func(r llm.Request) (string, error) {
		return withDocuments(fmt.Sprintf("turning the mill number %d by its tail pole", r.Sample), essay("river"), essay("cheese"), essay("castle")), nil
	}}
	g, texts := composing(t, QueryTriplet, a, 3, 2, nil)
	out, err := g.Write(t.Context(), mill, nil, 0)
	if err != nil || !slices.Equal(outcomes(out.Queries), []string{"0 done turning the mill number 0 by its tail pole", "1 done turning the mill number 1 by its tail pole"}) {
		t.Fatalf("%q, %v", outcomes(out.Queries), err)
	}
	asked := a.asked
	a.asked = nil
	q := out.Queries[1].Query
	if q.Asked == "" || q.Answer != "" || q.Source(mill) != mill {
		t.Errorf("%+v", q)
	}
	made, err := texts.Make(t.Context(), q, mill, nil, nil, 0)
	if err != nil || !slices.Equal(slots(made.Slots), []string{"triplet 0 done rivera", "triplet 1 done cheesea", "triplet 2 done castlea"}) {
		t.Fatalf("%q, %v", slots(made.Slots), err)
	}
	if len(a.asked) != 1 || a.asked[0].Key() != asked[1].Key() {
		t.Error("the texts are asked for by another request than the query, and would be paid for")
	}
	for i, s := range made.Slots {
		if s.Origin.Call != q.Origin.Call || !strings.HasPrefix(s.Origin.Prompt, "query-triplet@") || s.Origin.Method != Triplet {
			t.Errorf("slot %d comes from %+v, the query from %+v", i, s.Origin, q.Origin)
		}
		if (s.Was == hardneg.LabelPositive) != (i == 0) || !strings.HasPrefix(s.Breaks, "query: ") || !strings.Contains(s.Breaks, "; language: English") {
			t.Errorf("slot %d is meant as %s, asked for as %q", i, s.Was, s.Breaks)
		}
	}
	if !strings.Contains(asked[0].User, mill.Text) || len(askedFor(t, asked[0].User)) != 3 {
		t.Error(asked[0].User)
	}
}

// A query of the user's own has no reply to read from: its texts are asked for from the query alone.
func TestAQueryThatWasImportedGetsItsTextsByItself(t *testing.T) {
	a := replying(asJSON(map[string]any{"positive_document": essay("river"), "hard_negative_documents": []map[string]string{{"text": essay("cheese")}}}))
	_, texts := composing(t, QueryTriplet, a, 2, 1, nil)
	made, err := texts.Make(t.Context(), millQuery, mill, nil, nil, 0)
	if err != nil || len(a.asked) != 1 || a.asked[0].Stage != StageNegatives || strings.Contains(a.asked[0].User, mill.Text) || !strings.HasPrefix(made.Slots[0].Origin.Prompt, "triplet@") {
		t.Errorf("%+v %v", made.Slots, err)
	}
}

// The slots are drawn from the seed, the passage and the sample, all values of each come up, and nothing else changes them.
func TestSlotsAreDrawn(t *testing.T) {
	c := &Composer{Writer: writerOf(t, QueryTask, nil), Negatives: 1, Tasks: &Tasks{Number: 20, Languages: []string{"en", "de"}}}
	seen := map[string]int{}
	for n := range 300 {
		s, lengths := c.slots(TaskID(n), n%2, "en"), c.lengths(TaskID(n), n%2)
		if again := c.slots(TaskID(n), n%2, "en"); again != s || !slices.Equal(lengths, c.lengths(TaskID(n), n%2)) {
			t.Fatalf("%+v and %+v", s, again)
		}
		for _, v := range []string{s.Type, s.Length, s.Clarity, s.Difficulty, fmt.Sprint(lengths[0].Min), fmt.Sprint("negative ", lengths[1].Min), c.Tasks.Languages[c.of(2, "language", TaskID(n), n%2)]} {
			seen[v]++
		}
		if lengths[0].Max > longestAsked || lengths[0].Max < lengths[0].Min {
			t.Errorf("%+v", lengths)
		}
	}
	for _, of := range [][]string{queryTypes, queryLengths, clarities, educations, c.Tasks.Languages} {
		for _, v := range of {
			if least := 300 / len(of) * 2 / 3; seen[v] < least {
				t.Errorf("%q came up %d times of 300, want %d or more", v, seen[v], least)
			}
		}
	}
	for _, n := range documentWords {
		if seen[fmt.Sprint(n)] < 30 || seen[fmt.Sprint("negative ", n)] < 30 {
			t.Errorf("%d words came up %d and %d times", n, seen[fmt.Sprint(n)], seen[fmt.Sprint("negative ", n)])
		}
	}
	other, same := *c, 0
	other.Writer = writerOf(t, QueryTask, nil)
	other.Writer.Seed = 43
	for n := range 50 {
		if other.slots(TaskID(n), 0, "en") == c.slots(TaskID(n), 0, "en") {
			same++
		}
	}
	if same > 10 {
		t.Errorf("another seed draws the same slots for %d of 50 tasks", same)
	}
}

// taskAuthor thinks up three tasks a request, the third of which is the first again, and writes queries with two documents each.
func taskAuthor(t *testing.T) *author {
	return &author{write: func(r llm.Request) (string, error) {
		if r.Schema.Name == TasksSchema {
			return asJSON(map[string][]string{"tasks": {fmt.Sprintf("Find  recipe %d.", r.Sample), fmt.Sprintf("Find law %d.", r.Sample), fmt.Sprintf("find recipe %d", r.Sample)}}), nil
		}
		n := askedFor(t, r.User)
		return withDocuments("the history of "+essay("query")[:60], document("answer", n[0]/2+3), document("other", n[1]/2+3)), nil
	}}
}

func TestAQueryOfATaskHasItsAnswerInPlaceOfAPassage(t *testing.T) {
	a := taskAuthor(t)
	g, texts := composing(t, QueryTask, a, 1, 1, &Tasks{Number: 3, Languages: []string{"en"}})
	source := hardneg.Passage{ID: TaskID(3), Text: "search task 4"}
	out, err := g.Write(t.Context(), source, nil, 0)
	if err != nil || len(a.asked) != 2 {
		t.Fatalf("%d requests, %v", len(a.asked), err)
	}
	if first := a.asked[0]; first.Sample != 1 || !strings.Contains(first.User, "Think up 3 search tasks, at least half of them to do with ") || strings.Contains(first.User, source.Text) {
		t.Errorf("task 3 is the first of the second request: %+v", first.User)
	}
	q := out.Queries[0]
	if q.Outcome != hardneg.Done || !strings.HasPrefix(q.Answer, "answeraa ") || !strings.HasPrefix(q.Asked, "task: Find recipe 1.; query: ") || !strings.Contains(a.asked[1].User, ">>>\nFind recipe 1.\n<<<end task") {
		t.Fatalf("%+v\n%s", q, a.asked[1].User)
	}
	a.asked = nil
	positive := q.Source(source)
	if positive.Text != q.Answer || positive.ID == source.ID || positive.ID == "" {
		t.Errorf("in place of the passage stands %+v", positive)
	}
	made, err := texts.Make(t.Context(), q.Query, positive, nil, nil, 0)
	if err != nil || len(made.Slots) != 1 || !strings.HasPrefix(made.Slots[0].Text, "otheraa ") || made.Slots[0].Was != hardneg.LabelNegative || made.Slots[0].Outcome != hardneg.Done {
		t.Errorf("%+v %v", made.Slots, err)
	}
	if len(a.asked) != 1 || a.asked[0].Key() != q.Origin.Call {
		t.Errorf("%d requests for what came with the query", len(a.asked))
	}
}

// Tasks are thought up once for all their queries; one that the list has twice, or not at all, gets none.
func TestTasksAreThoughtUpOnce(t *testing.T) {
	a := taskAuthor(t)
	g, _ := composing(t, QueryTask, a, 1, 1, &Tasks{Number: 4, Languages: []string{"en"}})
	var got []string
	for n := range 4 {
		out, err := g.Write(t.Context(), hardneg.Passage{ID: TaskID(n), Text: "x"}, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, out.Queries[0].Outcome.String()+" "+out.Queries[0].Reason)
	}
	if got[0] != got[1] || got[2] != "rejected duplicate" || got[3] != "rejected missing" || len(a.asked) != 3 {
		t.Errorf("%q, %d requests", got, len(a.asked))
	}
	if _, err := g.Write(t.Context(), mill, nil, 0); err == nil {
		t.Error("a passage is no task")
	}
}

// The rules of all that is written hold for an answer too; it is no passage that people wrote.
func TestAnAnswerThatBreaksARuleTakesItsQueryAlong(t *testing.T) {
	for answer, want := range map[string]string{
		"": "answer_empty", "too short": "answer_too_short", "I cannot help with that request, as it is against my guidelines.": "answer_refusal",
		document("a", 700)[:maxNegativeRunes]: "answer_too_long",
	} {
		a := &author{write: func(r llm.Request) (string, error) {
			if r.Schema.Name == TasksSchema {
				return `{"tasks":["Find a recipe."]}`, nil
			}
			return withDocuments("the history of the mill", answer, essay("x")), nil
		}}
		g, _ := composing(t, QueryTask, a, 1, 1, &Tasks{Number: 1, Languages: []string{"en"}})
		out, err := g.Write(t.Context(), hardneg.Passage{ID: TaskID(0), Text: "x"}, nil, 0)
		if err != nil || out.Queries[0].Outcome != hardneg.Rejected || out.Queries[0].Reason != want {
			t.Errorf("%.40q: %s %q, want %q (%v)", answer, out.Queries[0].Outcome, out.Queries[0].Reason, want, err)
		}
	}
}

func TestARequestForTasksThatFailsIsNotRemembered(t *testing.T) {
	bad := true
	a := taskAuthor(t)
	good := a.write
	a.write = func(r llm.Request) (string, error) {
		if bad && r.Schema.Name == TasksSchema {
			return `{"tasks":[]}`, nil
		}
		return good(r)
	}
	g, _ := composing(t, QueryTask, a, 1, 1, &Tasks{Number: 3, Languages: []string{"en"}})
	out, err := g.Write(t.Context(), hardneg.Passage{ID: TaskID(0), Text: "x"}, nil, 0)
	if err != nil || out.Queries[0].Outcome != hardneg.Failed || out.Queries[0].Reason != "unreadable_schema" {
		t.Fatalf("%+v %v", out.Queries, err)
	}
	bad = false
	if out, err = g.Write(t.Context(), hardneg.Passage{ID: TaskID(0), Text: "x"}, nil, 1); err != nil || out.Queries[0].Outcome == hardneg.Failed {
		t.Errorf("after a retry: %+v %v", out.Queries, err)
	}
}
