package generate

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/internal/text"
	"hardneg/prompts"
)

func queryOnlyOf(t *testing.T, a *author, card StyleCard, count int) *Negatives {
	t.Helper()
	s, ok := NewStrategy(Spec{Name: QueryOnly, Count: count}, Kit{Writer: writerOf(t, "query-only", a), Card: card})
	if !ok {
		t.Fatal("no strategy query-only")
	}
	return &Negatives{[]Strategy{s}}
}

// lengthOf is the card of a corpus whose passages all have so many words.
func lengthOf(words int) StyleCard {
	return NewStyleCard(slices.Repeat([]Features{{Words: words}}, 50))
}

const bakery = "The bakery on the market square opens before dawn, when the first trams leave the depot. Two apprentices carry the " +
	"flour from the cellar, and the owner lights the ovens that her grandfather built after the fire. By six the shelves are " +
	"full of rye loaves and rolls, and the line of customers reaches as far as the fountain in front of the town hall."

func replying(content string) *author {
	return &author{write: func(llm.Request) (string, error) { return content, nil }}
}

// What a strategy is not given cannot leak: neither the interface nor the data of the prompt has room for a passage.
func TestQueryOnlyHasNoRoomForAPassage(t *testing.T) {
	fields := map[string]string{}
	for f := range reflect.TypeFor[prompts.QueryOnlyData]().Fields() {
		fields[f.Name] = f.Type.String()
	}
	if want := map[string]string{"Fence": "string", "Query": "string", "Lengths": "[]prompts.Length"}; !reflect.DeepEqual(fields, want) {
		t.Errorf("fields %v, want %v", fields, want)
	}
	method := reflect.TypeFor[FromQuery]().Method(0).Type
	for in := range method.Ins() {
		if s := in.String(); s != "context.Context" && s != "string" && s != "int" && in != reflect.TypeFor[Span]() {
			t.Errorf("Propose takes a %s", s)
		}
	}
	for _, holder := range []reflect.Type{reflect.TypeFor[queryOnly](), reflect.TypeFor[elicited](), reflect.TypeFor[triplet]()} {
		for f := range holder.Fields() {
			if f.Type != reflect.TypeFor[*Writer]() && f.Type != reflect.TypeFor[StyleCard]() && f.Type != reflect.TypeFor[sync.Mutex]() && f.Type != reflect.TypeFor[*llm.Turn]() {
				t.Errorf("%s holds a %s", holder, f.Type)
			}
		}
	}
}

func TestNoWordOfThePassageReachesTheWriter(t *testing.T) {
	p := hardneg.Passage{ID: "p9", Title: "Quibblewick", Text: "Zanthorp fermelled the drosk while Oumelie varked twelve glimmets beneath Quornstead."}
	a := replying(proposals(essay("river"), essay("cheese")))
	card := NewStyleCard([]Features{FeaturesOf(p)})
	g := queryOnlyOf(t, a, card, 2)
	g.Strategies[0].Writer.System += card.Describe()
	q := hardneg.Query{Key: hardneg.KeyOf("q"), Text: "who sold the harvest in spring", PassageID: p.ID}
	if _, err := g.Make(t.Context(), q, p, nil, nil, 0); err != nil {
		t.Fatal(err)
	}
	sent := strings.ToLower(a.asked[0].System + "\n" + a.asked[0].User + "\n" + string(a.asked[0].Logical()) + a.asked[0].Input)
	for _, w := range text.Words(p.Title + " " + p.Text) {
		if len(w) > 4 && w != "while" && w != "twelve" && w != "beneath" && strings.Contains(sent, w) {
			t.Errorf("%q is in the request", w)
		}
	}
	if !strings.Contains(sent, q.Text) {
		t.Error("the query is not in the request")
	}
	again := replying(a.asked[0].User)
	g = queryOnlyOf(t, again, card, 2)
	_, _ = g.Make(t.Context(), q, hardneg.Passage{ID: "other", Text: "Something else."}, nil, nil, 0)
	if again.asked[0].User != a.asked[0].User || again.asked[0].Seed != a.asked[0].Seed {
		t.Error("the request depends on the passage")
	}
}

// Whatever the corpus holds, no run of its text gets into what is asked from the query alone: requests for two passages are the same
// byte for byte, in both forms.
func TestNoCorpusTextReachesTheWriter(t *testing.T) {
	passages := rapid.Custom(func(t *rapid.T) hardneg.Passage {
		return hardneg.Passage{ID: rapid.StringN(1, 8, -1).Draw(t, "id"), Title: rapid.String().Draw(t, "title"), Text: rapid.StringN(1, 400, -1).Draw(t, "text")}
	})
	rapid.Check(t, func(rt *rapid.T) {
		one, two := passages.Draw(rt, "one"), passages.Draw(rt, "two")
		query := rapid.StringN(1, 60, -1).Draw(rt, "query")
		for name, c := range map[string]struct{ prompt, variant string }{"decomposed": {"query-only", ""}, "elicited": {"query-only-elicited", Elicited}} {
			asked := func(p hardneg.Passage) (out []string) {
				a := &author{write: elicitedAnswer}
				s, _ := NewStrategy(Spec{Name: QueryOnly, Variant: c.variant, Count: 2}, Kit{Writer: writerOf(t, c.prompt, a), Card: lengthOf(100)})
				_, _ = (&Negatives{[]Strategy{s}}).Make(t.Context(), hardneg.Query{Key: hardneg.KeyOf(query), Text: query, PassageID: p.ID}, p, nil, nil, 0)
				for _, r := range a.asked {
					out = append(out, r.System+string(r.Logical())+r.Input+strconv.FormatUint(r.Seed, 10))
				}
				return out
			}
			if a, b := asked(one), asked(two); len(a) == 0 || !slices.Equal(a, b) {
				rt.Fatalf("%s: the requests for two passages differ:\n%q\n%q", name, a, b)
			}
		}
	})
}

func TestQueryOnlyReadsItsReply(t *testing.T) {
	a := replying(proposals(" "+essay("river")+"\n", essay("cheese"), essay("castle"), essay("garden")))
	out := fill(t, queryOnlyOf(t, a, lengthOf(20), 3), nil, nil)
	if got := slots(out.Slots); !slices.Equal(got, []string{"query-only 0 done rivera", "query-only 1 done cheesea", "query-only 2 done castlea"}) {
		t.Errorf("%q: a text more than was asked for must be left", got)
	}
	if s := out.Slots[0]; s.Text != essay("river") || s.Breaks != "requirement 0" || s.Origin.Call != a.asked[0].Key() || s.Origin.Method != QueryOnly {
		t.Errorf("%+v", s)
	}
	if len(a.asked) != 1 {
		t.Errorf("%d requests for one query", len(a.asked))
	}
}

func TestAReplyWithoutAListFails(t *testing.T) {
	for name, c := range map[string]struct {
		reply, want string
		asked       int
	}{
		"empty list":    {proposals(), "rejected missing", 1},
		"no list":       {`{"need":"n","requirements":["r"]}`, "failed unreadable_schema", 2},
		"null list":     {`{"need":"n","requirements":["r"],"negatives":null}`, "failed unreadable_schema", 2},
		"nothing":       {`{}`, "failed unreadable_schema", 2},
		"other fields":  {`{"negatives":[{"text":"x","breaks":"y","label":"z"}]}`, "failed unreadable_not_json", 2},
		"a bare list":   {`[{"text":"x","breaks":"y"}]`, "failed unreadable_not_json", 2},
		"prose":         {"1. The river is long.", "failed unreadable_not_json", 2},
		"text is empty": {proposals(""), "rejected empty", 1},
	} {
		a := replying(c.reply)
		s := fill(t, queryOnlyOf(t, a, StyleCard{}, 1), nil, nil).Slots[0]
		if got := s.Outcome.String() + " " + s.Reason; got != c.want || len(a.asked) != c.asked {
			t.Errorf("%s: %s after %d requests, want %s", name, got, len(a.asked), c.want)
		}
	}
}

func TestLengthsAreAskedForAndHeldAgainstTheText(t *testing.T) {
	a := replying(proposals("The river is long and the bridge over it is old and narrow.", bakery))
	out := fill(t, queryOnlyOf(t, a, lengthOf(100), 2), nil, nil)
	if got := slots(out.Slots); !slices.Equal(got, []string{"query-only 0 rejected too_short The", "query-only 1 done The"}) {
		t.Errorf("%q: 13 words are not a third of 90", got)
	}
	user := a.asked[0].User
	if !strings.Contains(user, "1. a passage of ") || !strings.Contains(user, "2. a passage of ") || strings.Contains(user, "3. a passage of ") || !strings.Contains(user, "Write 2 hard negatives") {
		t.Errorf("%s", user)
	}
}

func TestTheSchemaOfNegativesAsksForAllOfThem(t *testing.T) {
	var s struct {
		Required   []string
		Properties map[string]struct{ MinItems, MaxItems int }
	}
	if err := json.Unmarshal(negativesSchema(5).JSON, &s); err != nil || s.Properties["negatives"] != (struct{ MinItems, MaxItems int }{5, 5}) || len(s.Required) != 3 {
		t.Errorf("%+v: %v", s, err)
	}
}

func TestThereIsNoOtherStrategy(t *testing.T) {
	if _, ok := NewStrategy(Spec{Name: "mined", Count: 1}, Kit{}); ok {
		t.Error("mined")
	}
}

func TestATextThatTheSchemaCutOffIsTooLong(t *testing.T) {
	var b strings.Builder
	for i := range maxNegativeRunes {
		b.WriteString("é" + strconv.Itoa(i*7919%9973) + " ")
	}
	long := []rune(b.String())
	a := replying(proposals(string(long[:maxNegativeRunes]), string(long[1000:maxNegativeRunes+700])))
	made, err := queryOnlyOf(t, a, lengthOf(250), 2).Make(t.Context(), hardneg.Query{Key: hardneg.KeyOf("q"), Text: "oil embargo"}, hardneg.Passage{}, nil, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if s := made.Slots; s[0].Reason != string(TooLong) || s[0].Outcome != hardneg.Rejected || s[1].Outcome != hardneg.Done {
		t.Errorf("%s %q, %s %q", s[0].Outcome, s[0].Reason, s[1].Outcome, s[1].Reason)
	}
}

// llama.cpp refuses to repeat anything more than 2,000 times, and Ollama's runner dies of such a schema.
func TestNoBoundOfASchemaIsMoreThanLocalServersTake(t *testing.T) {
	for _, schema := range []llm.Schema{querySchema, negativesSchema(20), passagesSchema(20), definitionSchema, editsSchema(20), analysisSchema, variantsSchema(20), answersSchema(20), composedSchema(20), tasksSchema(50), tripletSchema(19)} {
		for _, m := range regexp.MustCompile(`"m(?:ax|in)(?:Length|Items)":(\d+)`).FindAllStringSubmatch(string(schema.JSON), -1) {
			if n, err := strconv.Atoi(m[1]); err != nil || n > 2000 {
				t.Errorf("%s: %s", schema.Name, m[0])
			}
		}
	}
}
