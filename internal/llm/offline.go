package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"

	"hardneg"
)

// OfflineNotice says what the offline provider is; commands and data set cards print it where its texts are used.
const OfflineNotice = "The provider \"offline\" is a set of built-in rules, not a language model: it is for trying out and " +
	"testing the pipeline without network or key. Do not train on what it writes."

// Offline is a rule-based, deterministic stand-in for a model. It sees what a model would see, the rendered prompt and
// the reply schema, and knows nothing else: no corpus, no passage that another prompt held, no earlier reply. Its texts are
// made of templates and its grades of word overlap, and a small share of both is wrong on purpose, in the ways in which weak
// models are wrong, so that every rule downstream of it has something to do.
//
// Equal requests get equal replies, byte by byte, for the same seed. It is safe for concurrent use.
type Offline struct {
	seed int64
}

// NewOffline returns the provider. Another seed gives other texts for the same requests; grades do not depend on it.
func NewOffline(seed int64) *Offline { return &Offline{seed: seed} }

var _ Provider = (*Offline)(nil)

// Endpoint implements [Provider].
func (o *Offline) Endpoint() string { return "offline" }

// Complete implements [Provider] for the reply schemas of the built-in prompts. Any other schema stops the run: the
// rules have no general way to fill one in.
func (o *Offline) Complete(ctx context.Context, req Request) (Response, error) {
	if err := ctx.Err(); err != nil {
		return Response{}, err
	}
	if len(req.Texts) > 0 {
		return o.embed(&req)
	}
	reply, err := o.reply(req)
	if err != nil {
		return Response{}, err
	}
	content, err := encodeReply(reply)
	if err != nil {
		return Response{}, fmt.Errorf("offline: %w", err)
	}
	resp := Response{
		Content:      content,
		FinishReason: "stop",
		Model:        req.Model,
		Usage: hardneg.Usage{
			Prompt:     offlineTokens(req.System) + estimateTurns(req.History) + offlineTokens(req.User),
			Completion: offlineTokens(content),
			Estimated:  true,
		},
	}
	if resp.Raw, err = json.Marshal(resp); err != nil {
		return Response{}, fmt.Errorf("offline: %w", err)
	}
	return resp, nil
}

// Decode implements [Provider]: raw is the JSON of a Response.
func (o *Offline) Decode(raw []byte) (Response, error) {
	var resp Response
	if err := json.Unmarshal(raw, &resp); err != nil {
		return Response{}, &Error{Class: Temporary, Reason: "bad_body", Endpoint: o.Endpoint(), Raw: raw,
			Err: fmt.Errorf("a stored reply cannot be read: %w", err)}
	}
	resp.Raw = raw
	return resp, nil
}

// offlineTokens takes four characters for a token, which is near enough for English.
func offlineTokens(s string) int64 { return int64(utf8.RuneCountInString(s)+3) / 4 }

// reply is the value that the schema asks for.
func (o *Offline) reply(req Request) (any, error) {
	var schema offlineSchema
	if err := json.Unmarshal(req.Schema.JSON, &schema); err != nil {
		return nil, o.down(fmt.Errorf("the schema %q cannot be read: %w", req.Schema.Name, err))
	}
	var blocks []fencedBlock // of the whole conversation
	for _, turn := range req.History {
		blocks = append(blocks, fencedBlocks(turn.User)...)
	}
	blocks = append(blocks, fencedBlocks(req.User)...)
	switch req.Schema.Name {
	case "query":
		return writeQuery(o.dice(req), blocks, req.User, schema), nil
	case "choice":
		return chooseCharacter(o.dice(req), blocks, schema), nil
	case "negatives":
		return writeNegatives(o.dice(req), blocks, req.User, schema), nil
	case "passages":
		return writePassages(o.dice(req), blocks, req.User, schema), nil
	case "paraphrase", "twin":
		return writePositives(o.dice(req), blocks, req.User, schema, req.Schema.Name == "paraphrase"), nil
	case "triplet":
		return writeTriplet(o.dice(req), blocks, req.User, schema), nil
	case "tasks":
		return thinkUp(o.dice(req), schema), nil
	case "composed":
		return compose(o.dice(req), blocks, req.User, schema), nil
	case "variants":
		return writeVariants(o.dice(req), blocks, req.User, schema), nil
	case "answers":
		return answerQueries(blocks, req.User, schema), nil
	case "edits":
		return writeEdits(o.dice(req), blocks, req.User, schema), nil
	case "analysis":
		return writeAnalysis(o.dice(req), blocks, req.User), nil
	case "definition":
		return definitionReply{offlineDefinition}, nil
	case "grades":
		return gradeSlate(blocks, schema), nil
	case "yes_no":
		return answerSlate(blocks, schema), nil
	case "snippets":
		return quoteSlate(blocks, schema), nil
	case "ranking":
		return rankSlate(blocks), nil
	case "comparisons":
		return compareSlate(blocks, schema), nil
	}
	return nil, o.down(fmt.Errorf("no rules for replies of schema %q; set another provider for this model", req.Schema.Name))
}

func (o *Offline) down(err error) error {
	return &Error{Class: Down, Reason: "no_rules", Endpoint: o.Endpoint(), Err: err}
}

// dice are seeded by the whole request, so that samples and attempts differ and equal requests do not.
func (o *Offline) dice(req Request) dice {
	return dice{rand.New(rand.NewPCG(req.Key().Uint64(), uint64(o.seed)))}
}

// encodeReply writes JSON as models do: with <, > and & as they are.
func encodeReply(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// offlineSchema is the part of a JSON schema that the rules obey.
type offlineSchema struct {
	Properties map[string]*offlineSchema `json:"properties"`
	Enum       []string                  `json:"enum"`
	Items      *offlineSchema            `json:"items"`
	MaxLength  int                       `json:"maxLength"`
	MinItems   int                       `json:"minItems"`
	MaxItems   int                       `json:"maxItems"`
}

// property never returns nil, so that a schema without the property has no limits.
func (s offlineSchema) property(name string) offlineSchema {
	if p := s.Properties[name]; p != nil {
		return *p
	}
	return offlineSchema{}
}

// clipTo cuts a text at the limit of a schema, in characters; 0 is none.
func clipTo(s string, limit int) string {
	if limit <= 0 || utf8.RuneCountInString(s) <= limit {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:limit]))
}

// fencedBlock is a fenced part of a prompt.
type fencedBlock struct{ name, text string }

// fencedBlocks finds the parts between <<<name mark>>> and <<<end name mark>>>. What stands inside is not searched: a
// passage that contains fences of its own opens none.
func fencedBlocks(prompt string) []fencedBlock {
	var found []fencedBlock
	for {
		open := strings.Index(prompt, "<<<")
		if open < 0 {
			return found
		}
		prompt = prompt[open+3:]
		head, rest, ok := strings.Cut(prompt, ">>>\n")
		cut := strings.LastIndexByte(head, ' ')
		if !ok || cut < 0 || strings.ContainsRune(head, '\n') {
			continue
		}
		name, mark := head[:cut], head[cut+1:]
		text, after, err := untilEnd(rest, strings.TrimPrefix(name, "passage "), mark)
		if err != nil {
			continue
		}
		found = append(found, fencedBlock{name, text})
		prompt = after
	}
}

var errOpenFence = errors.New("fence without end")

func untilEnd(s, name, mark string) (text, after string, err error) {
	text, after, ok := strings.Cut(s, "\n<<<end "+name+" "+mark+">>>")
	if !ok {
		return "", "", errOpenFence
	}
	return text, after, nil
}

// blockNamed returns the text of a block, or the whole prompt where a user's own template has no such block.
func blockNamed(blocks []fencedBlock, name, prompt string) string {
	for _, b := range blocks {
		if b.name == name {
			return b.text
		}
	}
	return prompt
}

// dice draw. All draws of one reply come from one sequence.
type dice struct{ *rand.Rand }

func (d dice) chance(p float64) bool { return d.Float64() < p }

func (d dice) one(of []string) string {
	if len(of) == 0 {
		return ""
	}
	return of[d.IntN(len(of))]
}

func (d dice) between(lo, hi int) int {
	if hi <= lo {
		return lo
	}
	return lo + d.IntN(hi-lo+1)
}
