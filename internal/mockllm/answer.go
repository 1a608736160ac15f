package mockllm

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// answer is a finished reply.
type answer struct {
	model  string
	status int
	body   []byte
}

type protocol byte

const (
	openAI protocol = iota
	ollama
	openAIEmbed
	ollamaEmbed
)

// question is a request that was looked at, but not answered.
type question struct {
	model  string
	sum    [32]byte
	answer func() *answer
}

// ask finds out what is known of a request. Answers that were given before are found by the bytes alone.
func (s *Server) ask(p protocol, body []byte) question {
	q := question{sum: sha256.Sum256(body)}
	mode := Mode(s.mode.Load())
	key := q.sum
	key[0] ^= byte(p) // one body can be sent to both APIs
	if mode != Off {
		if known, ok := s.answers.Load(key); ok {
			a := known.(*answer)
			q.model, q.answer = a.model, func() *answer { return a }
			return q
		}
	}
	var r request
	err := json.Unmarshal(body, &r)
	q.model = r.Model
	q.answer = func() *answer {
		switch {
		case err != nil:
			return refuse(r.Model, http.StatusBadRequest, "the body is not JSON that can be understood")
		case mode == Replay:
			return refuse(r.Model, http.StatusInternalServerError, "this request was not learnt")
		}
		a := s.reply(p, r, q.sum, body)
		if mode == Learn {
			s.answers.Store(key, a)
		}
		return a
	}
	return q
}

func refuse(model string, status int, message string) *answer {
	return &answer{model, status, fmt.Appendf(nil, `{"error":{"message":%q,"type":"mock","param":null,"code":null}}`, message)}
}

// request is what we read of both APIs' requests.
type request struct {
	Model    string `json:"model"`
	Messages []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
	ResponseFormat struct {
		Type       string `json:"type"`
		JSONSchema struct {
			Schema json.RawMessage `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
	Format              json.RawMessage `json:"format"`
	MaxTokens           int             `json:"max_tokens"`
	MaxCompletionTokens int             `json:"max_completion_tokens"`
	Options             struct {
		NumPredict int `json:"num_predict"`
	} `json:"options"`
	Logprobs bool `json:"logprobs"`
}

func (r request) message(role string) string {
	var parts []string
	for _, m := range r.Messages {
		if m.Role == role {
			parts = append(parts, m.Content)
		}
	}
	return strings.Join(parts, "\n")
}

func (r request) limit() int { return max(r.MaxTokens, r.MaxCompletionTokens, r.Options.NumPredict) }

// schema is the reply schema: in the request's own field, or, for json_object, the last JSON object of the system message.
func (r request) schema() *schema {
	raw := r.ResponseFormat.JSONSchema.Schema
	if len(raw) == 0 {
		raw = r.Format
	}
	var s schema
	if len(raw) > 0 && json.Unmarshal(raw, &s) == nil {
		return &s
	}
	system := r.message("system")
	for end := len(system); r.ResponseFormat.Type == "json_object" && end > 0; {
		i := strings.LastIndex(system[:end], "\n{")
		if i < 0 {
			break
		}
		if json.Unmarshal([]byte(system[i:]), &s) == nil {
			return &s
		}
		end = i
	}
	return nil
}

func (s *Server) reply(p protocol, r request, sum [32]byte, body []byte) *answer {
	if p == openAIEmbed || p == ollamaEmbed {
		return s.embed(p, r.Model, body)
	}
	return s.complete(p, r, sum)
}

func (s *Server) complete(p protocol, r request, sum [32]byte) *answer {
	content := "ok"
	if sch := r.schema(); sch != nil {
		w := writer{cfg: s.cfg, model: r.Model, user: r.message("user"), seed: binary.BigEndian.Uint64(sum[:])}
		b, err := json.Marshal(w.reply(sch))
		if err != nil {
			panic(err) // strings, slices and maps of strings only
		}
		content = string(b)
	}
	prompt := 0
	for _, m := range r.Messages {
		prompt += tokensOf(m.Content)
	}
	finish := "stop"
	if most := r.limit(); most > 0 && tokensOf(content) > most {
		content, finish = string([]rune(content)[:4*most]), "length"
	}
	reply := s.envelope(p, r, content, finish, prompt)
	b, err := json.Marshal(reply)
	if err != nil {
		panic(err)
	}
	return &answer{r.Model, http.StatusOK, b}
}

func tokensOf(s string) int { return (utf8.RuneCountInString(s) + 3) / 4 }

type object = map[string]any

// envelope is the reply of an API around a content. Times and ids are fixed, so that equal requests get equal bytes.
func (s *Server) envelope(p protocol, r request, content, finish string, prompt int) object {
	if p == ollama {
		reply := object{"model": r.Model, "created_at": "2025-01-01T00:00:00Z", "message": object{"role": "assistant", "content": content},
			"done": true, "done_reason": finish, "total_duration": 1e6, "load_duration": 1e3}
		if !s.cfg.NoUsage {
			reply["prompt_eval_count"], reply["eval_count"] = prompt, tokensOf(content)
		}
		if r.Logprobs {
			reply["logprobs"] = logprobs(content)
		}
		return reply
	}
	choice := object{"index": 0, "message": object{"role": "assistant", "content": content}, "finish_reason": finish}
	if r.Logprobs {
		choice["logprobs"] = object{"content": logprobs(content)}
	}
	reply := object{"id": fmt.Sprintf("chatcmpl-%x", hashOf(content)), "object": "chat.completion", "created": 1735689600,
		"model": r.Model, "choices": []object{choice}}
	if !s.cfg.NoUsage {
		completion := tokensOf(content)
		usage := object{"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
		if c := s.cfg.Cache; c != (Cache{}) {
			usage["prompt_tokens_details"] = object{"cached_tokens": c.Read, "cache_write_tokens": c.Written}
		}
		reply["usage"] = usage
	}
	return reply
}

// scales are words of which one stands for another: alternatives with falling probability.
var scales = [][]string{{"0", "1", "2", "3"}, {"yes", "no"}, {"none", "worse", "better"}}

// logprobs makes up tokens, words and single signs, with probabilities; a grade has the other grades as alternatives.
func logprobs(content string) []object {
	var all []object
	for _, token := range tokenise(content) {
		top := []object{{"token": token, "logprob": -0.1}}
		for _, scale := range scales {
			if i := slices.Index(scale, token); i >= 0 {
				for k, other := range slices.Delete(slices.Clone(scale), i, i+1) {
					top = append(top, object{"token": other, "logprob": -3.0 - float64(k)})
				}
			}
		}
		all = append(all, object{"token": token, "logprob": -0.1, "top_logprobs": top})
	}
	return all
}

func tokenise(s string) []string {
	var all []string
	start := 0
	for i, c := range s {
		if strings.ContainsRune(" \",:{}[]", c) {
			if start < i {
				all = append(all, s[start:i])
			}
			all = append(all, string(c))
			start = i + 1
		}
	}
	if start < len(s) {
		all = append(all, s[start:])
	}
	return all
}

func (s *Server) models() []string {
	if len(s.cfg.Models) == 0 {
		return []string{"mock-large", "mock-small"}
	}
	return s.cfg.Models
}

func (s *Server) listOpenAI(w http.ResponseWriter, _ *http.Request) {
	list := []object{}
	for _, m := range s.models() {
		o := object{"id": m, "object": "model", "created": 1735689600, "owned_by": "mock"}
		if s.cfg.Digest != nil {
			o["root"] = s.cfg.Digest()
		}
		list = append(list, o)
	}
	writeJSON(w, object{"object": "list", "data": list})
}

func (s *Server) listOllama(w http.ResponseWriter, _ *http.Request) {
	list := []object{}
	for _, m := range s.models() {
		o := object{"name": m, "model": m, "modified_at": "2025-01-01T00:00:00Z", "size": 1}
		if s.cfg.Digest != nil {
			o["digest"] = s.cfg.Digest()
		}
		list = append(list, o)
	}
	writeJSON(w, object{"models": list})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header()["Content-Type"] = contentJSON
	_ = json.NewEncoder(w).Encode(v) // the client is gone
}
