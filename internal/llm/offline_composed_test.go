package llm

import (
	"fmt"
	"strings"
	"testing"

	"hardneg"
	"hardneg/prompts"
)

const (
	offlineTasksSchema    = `{"type":"object","properties":{"tasks":{"type":"array","minItems":12,"maxItems":12,"items":{"type":"string","maxLength":400}}}}`
	offlineComposedSchema = `{"type":"object","properties":{"user_query":{"type":"string","maxLength":300},"positive_document":{"type":"string","maxLength":2000},` +
		`"hard_negative_documents":{"type":"array","minItems":2,"maxItems":2,"items":{"type":"object","properties":{"text":{"type":"string","maxLength":2000}}}}}}`
)

// The rules think up tasks, and write to each a query as long as is asked for, a document that their judge takes for an answer, and others,
// each as long as is asked for.
func TestOfflineWritesOfTasks(t *testing.T) {
	r := newOfflineRig(t, 5)
	tmpl, err := r.set.Get("query-task")
	if err != nil {
		t.Fatal(err)
	}
	asked, err := tmpl.First(prompts.TasksData{Number: 12, Area: "law"})
	if err != nil {
		t.Fatal(err)
	}
	var tasks tasksReply
	r.ask(Request{Model: "offline", User: asked, Schema: Schema{"tasks", []byte(offlineTasksSchema)}}, &tasks)
	if len(tasks.Tasks) != 12 {
		t.Fatalf("%q", tasks.Tasks)
	}
	words := map[string][2]int{"fewer than 5 words": {2, 4}, "5 to 15 words": {5, 15}, "at least 10 words": {10, 40}}
	answers, queries := 0, map[string]bool{}
	for i, task := range tasks.Tasks {
		length := []string{"fewer than 5 words", "5 to 15 words", "at least 10 words"}[i%3]
		lengths := []prompts.Length{{Min: 100, Max: 120}, {Min: 50, Max: 60}, {Min: 150, Max: 180}}
		var reply composedReply
		r.ask(r.request("query-task", "composed", offlineComposedSchema, prompts.ComposedData{Fence: "f", Text: task, Lengths: lengths,
			Slots: prompts.Slots{Type: "common", Length: length, Clarity: "clear", Difficulty: "college", Language: "English"}}), &reply)
		if n := len(strings.Fields(reply.Query)); n < words[length][0] || n > words[length][1] {
			t.Errorf("%s: %q", length, reply.Query)
		}
		queries[reply.Query] = true
		for n, text := range append([]passageText{{reply.Positive}}, reply.Negatives...) {
			if got := len(strings.Fields(text.Text)); got < lengths[n].Min*4/5 || got > lengths[n].Max*6/5 {
				t.Errorf("document %d has %d words, asked for are %+v: %s", n, got, lengths[n], text.Text)
			}
		}
		if r.grades(reply.Query, []string{reply.Positive})[0] == "3" {
			answers++
		}
	}
	if answers < 9 || len(queries) < 10 {
		t.Errorf("%d of 12 answers are taken for some; %d different queries", answers, len(queries))
	}
}

// A query of a passage is written by the rules for queries.
func TestOfflineWritesWithAPassage(t *testing.T) {
	r := newOfflineRig(t, 5)
	p := hardneg.Passage{ID: "p", Text: "The harbour bridge at Stanholm was opened in 1931 by the mayor. It carries the railway and is painted green every ten years."}
	about := 0
	for n := range 8 {
		var reply composedReply
		r.ask(r.request("query-triplet", "composed", offlineComposedSchema, prompts.ComposedData{Fence: fmt.Sprint("f", n), Text: p.Text, Lengths: []prompts.Length{{Min: 50, Max: 60}, {Min: 50, Max: 60}, {Min: 50, Max: 60}},
			Slots: prompts.Slots{Length: "5 to 15 words", Language: "English"}}), &reply)
		if low := strings.ToLower(reply.Query); strings.Contains(low, "bridge") || strings.Contains(low, "stanholm") || strings.Contains(low, "railway") {
			about++
		}
		if len(reply.Negatives) != 2 || reply.Positive == "" {
			t.Errorf("%+v", reply)
		}
	}
	if about < 5 {
		t.Errorf("%d of 8 queries are about the passage", about)
	}
}
