package generate

import (
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/internal/llm"
)

// elicitedAnswer is a model that defines, and writes then.
func elicitedAnswer(req llm.Request) (string, error) {
	if req.Schema.Name == "definition" {
		return `{"definition":"close and wrong"}`, nil
	}
	if req.Schema.Name == "negatives" {
		return proposals(essay("river"), essay("cheese")), nil
	}
	return passagesOf(essay("river"), essay("cheese")), nil
}

// passagesOf is the reply of a writer that is asked for nothing but texts.
func passagesOf(texts ...string) string {
	list := []map[string]string{}
	for _, s := range texts {
		list = append(list, map[string]string{"text": s})
	}
	return asJSON(map[string]any{"passages": list})
}

func elicitedOf(t *testing.T, a *author) *Negatives {
	t.Helper()
	s, ok := NewStrategy(Spec{Name: QueryOnly, Variant: Elicited, Count: 2}, Kit{Writer: writerOf(t, "query-only-elicited", a), Card: lengthOf(20)})
	if !ok {
		t.Fatal("no variant elicited")
	}
	return &Negatives{[]Strategy{s}}
}

func TestTheModelsOwnDefinitionIsAskedForOnceAndStandsBeforeEveryQuery(t *testing.T) {
	a := &author{write: elicitedAnswer}
	g := elicitedOf(t, a)
	out := fill(t, g, nil, nil)
	if got := slots(out.Slots); !slices.Equal(got, []string{"query-only-elicited 0 done rivera", "query-only-elicited 1 done cheesea"}) {
		t.Errorf("%q", got)
	}
	other := hardneg.Query{Key: hardneg.KeyOf("other"), Text: "who made the cheese"}
	if _, err := g.Make(t.Context(), other, mill, nil, nil, 0); err != nil {
		t.Fatal(err)
	}
	if len(a.asked) != 3 {
		t.Fatalf("%d requests for two queries, want 3", len(a.asked))
	}
	define := a.asked[0]
	if strings.Contains(define.User, millQuery.Text) || !strings.Contains(define.User, "What is a hard negative") || len(define.History) != 0 {
		t.Errorf("%+v", define)
	}
	for _, r := range a.asked[1:] {
		if want := (llm.Turn{User: define.User, Assistant: `{"definition":"close and wrong"}`}); !slices.Equal(r.History, []llm.Turn{want}) || r.System != define.System {
			t.Errorf("%+v", r.History)
		}
	}
	if out.Slots[0].Origin.Call != a.asked[1].Key() || out.Slots[0].Origin.Method != QueryOnlyElicited {
		t.Errorf("%+v", out.Slots[0].Origin)
	}
}

func TestWithoutADefinitionNothingIsWritten(t *testing.T) {
	a := replying(`{"definition":" "}`)
	out := fill(t, elicitedOf(t, a), nil, nil)
	if got := slots(out.Slots); !slices.Equal(got, []string{"query-only-elicited 0 failed unreadable_schema", "query-only-elicited 1 failed unreadable_schema"}) {
		t.Errorf("%q", got)
	}
	if len(a.asked) != 2 {
		t.Errorf("%d requests, want the one and the asking again", len(a.asked))
	}
}

func TestAPromptWithoutAFirstTurnIsNamed(t *testing.T) {
	s, _ := NewStrategy(Spec{Name: QueryOnly, Variant: Elicited, Count: 1}, Kit{Writer: writerOf(t, "query-only", replying(""))})
	if _, err := (&Negatives{[]Strategy{s}}).Make(t.Context(), millQuery, mill, nil, nil, 0); err == nil || !strings.Contains(err.Error(), `prompt query-only: the variant elicited needs {{define "first"}}`) {
		t.Error(err)
	}
}
