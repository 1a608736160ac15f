package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/internal/text"
	"hardneg/prompts"
)

// Decompose is the strategy that takes a query apart before it writes, in two turns, after CausalNeg (arXiv 2606.01304): first the need, what
// counts as an answer, and the requirements with the ways to break each; then texts, each of which is told which one requirement to
// break and in which way. The program chooses the breaks, so that the texts of a query fail at different things.
const Decompose = "decompose"

// Rewrite is the variant in which each text starts from a real passage of the run, the ones that BM25 ranks highest for the query, and
// keeps its kind and blemishes: what CausalNeg prefers where there are candidates.
const Rewrite = "rewrite"

// DecomposeRewrite is what the texts of the variant are known by.
const DecomposeRewrite = Decompose + "-" + Rewrite

type decompose struct {
	*Writer
	name    string
	card    StyleCard
	library *Library // nil: texts are written from scratch
}

// analysisReply is a query taken apart.
type analysisReply struct {
	Need         string        `json:"need"`
	AnsweredBy   string        `json:"answered_by"`
	Boundary     string        `json:"boundary"`
	Requirements []requirement `json:"requirements"`
}

type requirement struct {
	Demand   string `json:"demand"`
	Critical bool   `json:"critical"`
	Breaks   []struct {
		Type string `json:"type"`
		How  string `json:"how"`
	} `json:"breaks"`
}

// check refuses an analysis that nothing can be written by.
func (r analysisReply) check(llm.Response) error {
	if len(r.ways()) == 0 {
		return errors.New("there is no requirement with a way to break it in it")
	}
	return nil
}

var analysisSchema = llm.Schema{Name: "analysis", JSON: []byte(`{"type":"object","properties":{"need":{"type":"string","maxLength":400},` +
	`"answered_by":{"type":"string","maxLength":400},"boundary":{"type":"string","maxLength":400},` +
	`"requirements":{"type":"array","minItems":1,"maxItems":6,"items":{"type":"object","properties":{"demand":{"type":"string","maxLength":300},"critical":{"type":"boolean"},` +
	`"breaks":{"type":"array","minItems":1,"maxItems":2,"items":{"type":"object","properties":{` +
	`"type":{"type":"string","enum":["entity","intent","constraint","attribute","relation","upstream","downstream"]},"how":{"type":"string","maxLength":300}},` +
	`"required":["type","how"],"additionalProperties":false}}},"required":["demand","critical","breaks"],"additionalProperties":false}}},` +
	`"required":["need","answered_by","boundary","requirements"],"additionalProperties":false}`)}

// way is one way to break one requirement, counted from 1.
type way struct {
	requirement, way int
	kind, demand     string
	critical         bool
}

// ways are all ways to break a requirement: the first of each before the second of any, and those of critical ones before others.
func (r analysisReply) ways() (out []way) {
	for i, q := range r.Requirements {
		for j, b := range q.Breaks {
			if strings.TrimSpace(b.How) != "" && strings.TrimSpace(q.Demand) != "" {
				out = append(out, way{i + 1, j + 1, b.Type, strings.TrimSpace(q.Demand), q.Critical})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b way) int {
		if a.critical != b.critical {
			return map[bool]int{true: -1, false: 1}[a.critical]
		}
		return a.way - b.way
	})
	return out
}

// choose takes n ways: such of types that were not taken before any other, and all of them again where there are fewer.
func choose(ways []way, n int) (out []way) {
	for len(out) < n {
		left, types := slices.Clone(ways), map[string]bool{}
		for len(left) > 0 && len(out) < n {
			i := max(0, slices.IndexFunc(left, func(w way) bool { return !types[w.kind] }))
			types[left[i].kind] = true
			out = append(out, left[i])
			left = slices.Delete(left, i, i+1)
		}
	}
	return out
}

// ProposeFor implements FromPair.
func (s *decompose) ProposeFor(ctx context.Context, query string, positive hardneg.Passage, slots Span, retries int) (Proposals, error) {
	shown := prompts.PassageText(positive.Title, positive.Text)
	asked, answer, err := s.analyse(ctx, query, shown, retries)
	if err != nil {
		return Proposals{}, err
	}
	from, err := s.candidates(ctx, query, positive, slots)
	if err != nil {
		return Proposals{}, err
	}
	ways := choose(answer.Value.ways(), slots.end())[slots.From:]
	c := commission{about: append([]string{query, shown}, from...), slots: slots, schema: passagesSchema(slots.N), lengths: lengthsOf(from, slots.N),
		history: []llm.Turn{{User: asked, Assistant: answer.Response.Content}}, data: func(fence string, lengths []prompts.Length) any {
			d := prompts.OrdersData{Fence: fence}
			for i, w := range ways {
				o := prompts.Order{Requirement: w.requirement, Way: w.way, Type: w.kind, Length: lengths[i]}
				if i < len(from) {
					o.From = from[i]
				}
				d.Orders = append(d.Orders, o)
			}
			return d
		}}
	out, err := commissioned[passagesReply](ctx, s.Writer, s.name, s.card, c, retries)
	for i := range out.Texts {
		out.Texts[i].Breaks = ways[i].kind + ": " + ways[i].demand
	}
	out.Repaired = append(answer.Repaired, out.Repaired...)
	return out, err
}

// analyse is the first turn.
func (s *decompose) analyse(ctx context.Context, query, shown string, retries int) (asked string, a llm.Answer[analysisReply], err error) {
	input := analysisInput(query, shown)
	a, err = llm.Ask(ctx, s.Client, retries, func(attempt int) (llm.Question[analysisReply], error) {
		var err error
		asked, err = s.Prompt.First(prompts.PairData{Fence: prompts.Fence(s.Seed, StageNegatives, input, 0, attempt, query, shown), Query: query, Passage: shown})
		if err == nil && asked == "" {
			err = errors.New(`decompose needs {{define "first"}}…{{end}}, which takes the query apart`)
		}
		if err != nil {
			return llm.Question[analysisReply]{}, fmt.Errorf("prompt %s: %w", s.Prompt.Name, err)
		}
		return llm.Question[analysisReply]{Request: s.request(StageNegatives, input, asked, analysisSchema, 0, attempt), Check: analysisReply.check}, nil
	})
	return asked, a, err
}

// candidates are passages to start from, best first: none that is near the positive, and none that an earlier slot starts from.
func (s *decompose) candidates(ctx context.Context, query string, positive hardneg.Passage, slots Span) (out []string, err error) {
	if s.library == nil {
		return nil, nil
	}
	known := NewKnown(positive.Text)
	err = s.library.ranked(ctx, query, slots.end()+besideRanks, func(p hardneg.Passage) bool {
		if words := text.CountWords(p.Text); p.ID != positive.ID && words >= minNegativeWords && words <= mostRewritten && known.admit(text.NewSketch(p.Text)) == "" {
			out = append(out, p.Text)
		}
		return len(out) < slots.end()
	})
	return out[min(slots.From, len(out)):], err
}

// lengthsOf asks for the lengths of the passages that texts start from; nil where there are none, and the style card decides.
func lengthsOf(from []string, n int) []prompts.Length {
	if len(from) < n {
		return nil
	}
	out := make([]prompts.Length, n)
	for i, s := range from {
		out[i] = lengthLike(s)
	}
	return out
}
