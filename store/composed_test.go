package store

import (
	"fmt"
	"slices"
	"testing"

	"hardneg"
)

// An answer that was written with its query stands in the place of a passage, wherever a stage or an export reads one.
func TestAnAnswerStandsInPlaceOfThePassage(t *testing.T) {
	r := newScene(newRig(t))
	want := hardneg.Passage{ID: hardneg.KeyOf("answer", queryKey(r.passageRow("a"), 3).String()).String(), Text: "what answers it"}
	items, err := r.s.PendingQueries(ctx, r.c.Negatives, Upstream{Recipe: r.c.Queries}, 0, Bound{}, 10)
	must(t, err)
	i := slices.IndexFunc(items, func(it QueryItem) bool { return it.Row == r.second })
	if i < 0 || items[i].Passage != want || items[i].PassageID != "a" || items[i].Asked != "as a question" {
		t.Errorf("fed is %+v", items)
	}
	q, err := r.s.State(ctx, r.second, r.c)
	must(t, err)
	if q.Passage != want || q.PassageID != "a" || q.Answer != want.Text || q.Asked == "" {
		t.Errorf("%+v", q)
	}
	if q, err = r.s.State(ctx, r.first, r.c); err != nil || q.Passage.ID != "a" || q.Answer != "" || q.Asked != "" {
		t.Errorf("another query of the passage has %+v (%v)", q, err)
	}
	found, err := r.s.Find(ctx, want.ID)
	if must(t, err); !slices.Equal(found.Queries, []int64{r.second}) || len(found.Passages) > 0 {
		t.Errorf("its id finds %+v", found)
	}
}

func TestAnswersAreVisitedByWhatTheyWereWrittenFor(t *testing.T) {
	r := newRig(t)
	var ids []string
	for n := range chunk + 3 {
		ids = append(ids, fmt.Sprintf("task-%04d", n))
	}
	r.importFile("tasks", ids...)
	for _, id := range ids {
		r.saveQueries(r.passageRow(id), done, refused, broken, done)
	}
	var got []string
	for p := range passagesOf(t, r.s.AnswerPages(ctx, r.c.Queries)) {
		again, err := r.s.AnswerAt(ctx, p.Row)
		must(t, err)
		if again != p.Passage {
			t.Errorf("row %d has %+v and %+v", p.Row, p.Passage, again)
		}
		got = append(got, p.ID)
	}
	if !slices.Equal(got, ids) {
		t.Errorf("%d answers of %d tasks, in another order", len(got), len(ids))
	}
	if _, err := r.s.AnswerAt(ctx, r.queryRow(queryKey(r.passageRow(ids[0]), 0))); err == nil {
		t.Error("a query without an answer has one")
	}
}

func TestPassagesAreCountedByTheFormatThatBroughtThem(t *testing.T) {
	r := newRig(t)
	for format, ids := range map[string][]string{"tasks": {"t1", "t2"}, "jsonl": {"a", "b", "c"}} {
		im, err := r.s.BeginImport(Imported{Path: format, Format: format, Content: format})
		must(t, err)
		for _, id := range ids {
			must(t, im.Add([]PassageLine{{Passage: hardneg.Passage{ID: id, Text: "text of " + id}}}))
		}
		must(t, im.Finish(int64(len(ids)), 0, nil, nil))
	}
	of, others, err := r.s.PassagesOf(ctx, "tasks")
	if must(t, err); of != 2 || others != 3 {
		t.Errorf("%d tasks and %d others", of, others)
	}
}

// What a retry removes takes its answer along, so that another can be saved.
func TestAnswersGoWithTheirQueries(t *testing.T) {
	r := newRig(t)
	r.importFile("tasks", "a")
	r.saveQueries(r.passageRow("a"), done, done, done, broken)
	r.wantNumber(1, "SELECT count(*) FROM composed")
	_, err := r.s.Retry(r.c, map[string]bool{"queries": true}, "")
	must(t, err)
	r.wantNumber(0, "SELECT count(*) FROM composed")
}
