package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"hardneg"
	"hardneg/internal/bm25"
	"hardneg/internal/llm"
	"hardneg/internal/text"
	"hardneg/prompts"
)

// charactersShown is how many characters are shown with a passage, as in Qwen3-Embedding (arXiv 2506.05176).
const charactersShown = 5

// people are characters with an index to find those that are near to a passage.
type people struct {
	once  sync.Once
	all   []string
	index *bm25.Index
}

// characters are those that are shown with a sample of a passage. Qwen3-Embedding takes the five that are most like the passage; here
// those are taken whose descriptions have its rarest words (BM25), the next five for the next sample, and drawn ones where there are
// too few. Their order is drawn too: models prefer the first.
func (g *Queries) characters(shown, passage string, sample int) []string {
	g.people.once.Do(func() { g.people.fill(g.Personas) })
	all := g.people.all
	n := min(charactersShown, len(all))
	var near []int
	for _, h := range g.people.index.Search(telling(shown), (sample+1)*charactersShown) {
		near = append(near, int(h.Text))
	}
	near = near[min(sample*charactersShown, len(near)):]
	for draw := 0; len(near) < n; draw++ {
		if i := int(g.draw("character", passage, strconv.Itoa(sample), strconv.Itoa(draw)) % uint64(len(all))); !slices.Contains(near, i) {
			near = append(near, i)
		}
	}
	var out []string
	for _, i := range near {
		out = append(out, all[i])
	}
	slices.SortFunc(out, func(a, b string) int {
		x, y := g.draw("order", passage, strconv.Itoa(sample), a), g.draw("order", passage, strconv.Itoa(sample), b)
		if x < y {
			return -1
		}
		return 1
	})
	return out
}

// telling are the words of a text that may tell what it is about: others stand everywhere, and would find the same few characters for
// every passage.
func telling(s string) []string {
	return slices.DeleteFunc(text.Words(s), func(w string) bool { return len(w) < 3 || filler[w] })
}

var filler = func() map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq("the and for who was are has not but had all any can its his her one two out own off few how why did may way use new old " +
		"with from that this they their have which when what about after into over wants some were been also more than then them only most such other both each little") {
		out[w] = true
	}
	return out
}()

func (p *people) fill(own []string) {
	if p.all = own; len(own) == 0 {
		p.all = Characters
	}
	p.index = bm25.New(bm25.K1, bm25.B)
	for _, who := range p.all {
		p.index.Add(telling(who))
	}
	p.index.Seal()
}

// The slots of Qwen3-Embedding: types of questions, with what the second turn says of them and the lengths that are drawn, and
// difficulties.
var (
	questionTypes = []struct {
		name, words string
		lengths     []string
	}{
		{"keywords", "a few keywords and no sentence, in lower case", []string{"2 to 4 words", "3 to 6 words"}},
		{"acquire_knowledge", "a question that wants to know or understand something", []string{"4 to 8 words", "7 to 12 words", "10 to 18 words"}},
		{"summary", "a query for the main points, steps or kinds of a matter", []string{"4 to 8 words", "8 to 14 words"}},
		{"yes_or_no", "a question that is answered by yes or no", []string{"5 to 9 words", "8 to 16 words"}},
		{"background", "a word on the person's own situation, then what they want to know", []string{"12 to 20 words", "18 to 30 words"}},
	}
	difficulties = []struct{ name, words string }{{"high_school", "high school"}, {"university", "university"}, {"phd", "PhD"}}
)

// choiceReply is the reply of the first turn.
type choiceReply struct {
	Character  string `json:"character"`
	Type       string `json:"question_type"`
	Difficulty string `json:"difficulty"`
}

// check refuses a choice of what was not shown.
func (r choiceReply) check(shown int) error {
	if len(r.Character) != 1 || r.Character[0] < 'A' || int(r.Character[0]-'A') >= shown {
		return fmt.Errorf("there is no character %q", r.Character)
	}
	if r.kind() < 0 || r.difficulty() < 0 {
		return fmt.Errorf("type %q or difficulty %q is none of those that were named", r.Type, r.Difficulty)
	}
	return nil
}

func (r choiceReply) kind() int {
	for i, t := range questionTypes {
		if t.name == r.Type {
			return i
		}
	}
	return -1
}

func (r choiceReply) difficulty() int {
	for i, d := range difficulties {
		if d.name == r.Difficulty {
			return i
		}
	}
	return -1
}

// choiceSchema is one for each number of characters.
func choiceSchema(shown int) llm.Schema {
	var letters []string
	for i := range shown {
		letters = append(letters, strconv.Quote(letter(i)))
	}
	return llm.Schema{Name: "choice", JSON: []byte(`{"type":"object","properties":{"character":{"type":"string","enum":[` + strings.Join(letters, ",") + `]},` +
		`"question_type":{"type":"string","enum":["keywords","acquire_knowledge","summary","yes_or_no","background"]},` +
		`"difficulty":{"type":"string","enum":["high_school","university","phd"]}},"required":["character","question_type","difficulty"],"additionalProperties":false}`)}
}

func letter(i int) string { return string(rune('A' + i)) }

// CharacterInput names the request that chooses a character for a passage.
func CharacterInput(passage string) string {
	return hardneg.KeyOf(StageQueries, "character", passage).String()
}

// askAs asks who would come to the passage, and then for the query of that one.
func (g *Queries) askAs(ctx context.Context, p hardneg.Passage, sample int, language string, retries int) (llm.Answer[queryReply], error) {
	shown := prompts.PassageText(p.Title, p.Text)
	who := g.characters(shown, p.ID, sample)
	asked, chosen, err := g.choose(ctx, p.ID, shown, who, sample, retries)
	if err != nil {
		return llm.Answer[queryReply]{}, err
	}
	c := chosen.Value
	kind, character := questionTypes[c.kind()], who[c.Character[0]-'A']
	length := kind.lengths[g.draw("length", p.ID, strconv.Itoa(sample))%uint64(len(kind.lengths))]
	answer, err := llm.Ask(ctx, g.Client, retries, func(attempt int) (llm.Question[queryReply], error) {
		user, err := g.Prompt.User(prompts.PersonaQueryData{Fence: prompts.Fence(g.Seed, StageQueries, p.ID, sample, attempt, shown, character), Character: character,
			Difficulty: difficulties[c.difficulty()].words, Kind: kind.words + ", " + length, Language: languageName(language)})
		if err != nil {
			return llm.Question[queryReply]{}, fmt.Errorf("prompt %s: %w", g.Prompt.Name, err)
		}
		r := g.request(StageQueries, p.ID, user, querySchema, sample, attempt)
		r.History = []llm.Turn{{User: asked, Assistant: chosen.Response.Content}}
		return llm.Question[queryReply]{Request: r, Check: queryReply.check}, nil
	})
	answer.Repaired = append(chosen.Repaired, answer.Repaired...)
	return answer, err
}

// choose is the first turn.
func (g *Queries) choose(ctx context.Context, passage, shown string, who []string, sample, retries int) (asked string, a llm.Answer[choiceReply], err error) {
	var list []string
	for i, c := range who {
		list = append(list, letter(i)+": "+c)
	}
	input, characters := CharacterInput(passage), strings.Join(list, "\n")
	a, err = llm.Ask(ctx, g.Client, retries, func(attempt int) (llm.Question[choiceReply], error) {
		var err error
		asked, err = g.Prompt.First(prompts.PersonaData{Fence: prompts.Fence(g.Seed, StageQueries, input, sample, attempt, shown, characters), Passage: shown, Characters: characters})
		if err == nil && asked == "" {
			err = errors.New(`it needs {{define "first"}}…{{end}}, which asks who would come to the passage`)
		}
		if err != nil {
			return llm.Question[choiceReply]{}, fmt.Errorf("prompt %s: %w", g.Prompt.Name, err)
		}
		return llm.Question[choiceReply]{Request: g.request(StageQueries, input, asked, choiceSchema(len(who)), sample, attempt),
			Check: func(r choiceReply, _ llm.Response) error { return r.check(len(who)) }}, nil
	})
	return asked, a, err
}
