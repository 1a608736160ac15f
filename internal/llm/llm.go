// Package llm is the layer between the pipeline and the models.
//
// A [Request] is a value that holds all that decides a reply; a [Client] completes it. Providers make exactly one
// HTTP call each: no retry, no logging, no limit. [Wrap] puts the rest around them, in the order
//
//	cache( retry( limit( record( provider ))))
//
// so that a reply is committed before anybody reads it, a concurrency slot is held until that commit, and a request
// that was answered once is never sent again.
package llm

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"hardneg"
)

// Client completes requests. Implementations are safe for concurrent use.
type Client interface {
	Complete(ctx context.Context, req Request) (Response, error)
}

// Request is all that decides a reply, plus (Stage, Input, Prompt, Role) what it is made for, which is recorded but not
// part of its key.
type Request struct {
	Stage  string // queries, verify, negatives, judge
	Input  string // the item by content, independent of prompt and model: recorded replies are matched by it
	Prompt string // name@hash of the template
	Role   string // name of the model in the config

	Model       string
	System      string // static part, identical for all requests of a stage, so that servers can cache the prefix
	History     []Turn // what was said before, oldest first
	User        string
	Texts       []string // in place of all this: texts that an encoder makes vectors of
	Dimensions  int      // of these, where the encoder can be asked; 0: its own
	Schema      Schema
	Temperature *float64 // nil: not sent, the server's default holds
	TopP        *float64
	MaxTokens   int
	Think       bool
	Logprobs    bool // ask for the probabilities of the reply's tokens, where the server has them
	Extra       map[string]any
	Sample      int
	Attempt     int         // 0, or the number of unreadable replies before
	known       *Known      // see Settings; nil: the key is that of what is sent
	key         hardneg.Key // see seal; set by the cache, the outermost wrapper: nothing changes a request behind it
	stored      json.RawMessage
	escaped     []byte // User as it stands in stored: most of what is stored, and of what is sent
	again       bool   // it was tried before; set by the retry layer
	lane        int    // the endpoint that it goes to; set by the limit
	Seed        uint64 // for servers that take one; derived from run seed, stage, input, sample and attempt; not in the key
}

// Turn is what was asked before in a conversation, and answered.
type Turn struct {
	User      string `json:"user"`
	Assistant string `json:"assistant"`
}

// Schema is the JSON schema that a reply must meet. Name is an identifier ([a-z_]+).
type Schema struct {
	Name string
	JSON json.RawMessage
}

// Key is the hash of the logical request, before it is adapted to a provider: model, messages, schema, sampling
// parameters, extra fields and sample; not endpoint, price, timeout, concurrency or directory.
func (r Request) Key() hardneg.Key {
	return r.sealed().key
}

// sealed is the request itself if it is sealed, else a copy that is: who asks for a key may change the request afterwards.
func (r *Request) sealed() *Request {
	if !r.key.IsZero() {
		return r
	}
	same := *r
	same.seal()
	return &same
}

// seal works out what is asked for more than once: the stored form and the key, which is the hash of the static part and of
// that form.
func (r *Request) seal() {
	r.stored, r.escaped = r.logical()
	static, keyed := r.static(), []byte(r.stored)
	if k := r.known; k != nil {
		same := *r
		same.Temperature, same.MaxTokens = k.Temperature, k.MaxTokens
		keyed, _ = same.logical()
	}
	r.key = hardneg.KeyOfBytes(static.key[:], keyed)
}

// logical is the stored form, and the user's part as it stands there.
func (r *Request) logical() (stored, user []byte) {
	if len(r.Texts) > 0 {
		return r.logicalTexts(), nil
	}
	b, user := r.appendUser(make([]byte, 0, len(r.User)+len(r.User)/8+256))
	b, err := r.appendRest(b)
	if err != nil {
		panic("llm: request cannot be encoded: " + err.Error()) // Extra comes from the config and was JSON before
	}
	return b, user
}

// Logical is the request as it is stored: everything in the key but the static part, which is stored once. Where it is known by
// other parameters than are sent, those that are sent stand here.
func (r Request) Logical() json.RawMessage {
	return r.sealed().stored
}

// Static is the part of the request that is the same for many: system message and schema.
func (r Request) Static() string { return r.static().text }

func (r *Request) static() static {
	k := [2]string{r.System, string(r.Schema.JSON)}
	if s, ok := statics.Load(k); ok {
		return s.(static)
	}
	s, _ := statics.LoadOrStore(k, static{r.System + "\n" + k[1], hardneg.KeyOf(k[0], k[1])})
	return s.(static)
}

type static struct {
	text string
	key  hardneg.Key
}

// statics are the static parts of this process: one for each prompt, and of slates one for each size.
var statics sync.Map

// said is the bytes of a conversation.
func (r *Request) said() int {
	n := len(r.User)
	for _, t := range r.Texts {
		n += len(t)
	}
	for _, turn := range r.History {
		n += len(turn.User) + len(turn.Assistant)
	}
	return n
}

// Response is one reply, read but not interpreted.
type Response struct {
	Content      string         `json:"content"`
	Thinking     string         `json:"thinking,omitempty"`
	Refusal      string         `json:"refusal,omitempty"`
	FinishReason string         `json:"finish_reason"` // stop, length, content_filter, or the server's own word
	Model        string         `json:"model,omitempty"`
	Usage        hardneg.Usage  `json:"usage"`
	Logprobs     []TokenLogprob `json:"logprobs,omitempty"`
	Vectors      [][]float32    `json:"-"` // of the texts of the request
	Raw          []byte         `json:"-"` // the body as it came; what is stored
	Call         hardneg.Key    `json:"-"`
	Cached       bool           `json:"-"` // answered from the store
	Latency      time.Duration  `json:"-"`
	Pause        time.Duration  `json:"-"` // what the server's limits leave no room for before
}

// TokenLogprob is one token of a reply with its alternatives.
type TokenLogprob struct {
	Token   string        `json:"token"`
	Logprob float64       `json:"logprob"`
	Top     []Alternative `json:"top_logprobs,omitempty"`
}

// Alternative is another token that could have stood there.
type Alternative struct {
	Token   string  `json:"token"`
	Logprob float64 `json:"logprob"`
}

// Provider makes one HTTP call per request and reads raw replies, its own and stored ones.
type Provider interface {
	Client
	// Decode reads a raw reply that was stored.
	Decode(raw []byte) (Response, error)
	// Endpoint names where requests go, for logs; without credentials.
	Endpoint() string
}
