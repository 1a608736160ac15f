package hardneg

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"
)

// Call is one request that was sent to a model, whatever came of it. A successful one answers its Key for good.
type Call struct {
	Key      Key
	Stage    string
	Input    string // what the request was made for, by content; see llm.Request
	Role     string // name of the model in the config
	Model    string
	Provider string
	Endpoint string
	Prompt   string // name@hash of the template
	Sample   int
	Attempt  int

	System  string          // static part of the request
	Request json.RawMessage // the rest of the logical request
	Reply   []byte          // the raw reply, as it came
	Texts   []Key           // of a request for vectors: what it asks them of, by all that decides a vector

	Failure      string // empty: a usable reply came
	Class        string // class of the failure
	HTTPStatus   int
	FinishReason string
	Usage        Usage
	Cost         USD
	Unconfirmed  USD // upper bound of what a call without an answer may have cost
	Latency      time.Duration
	At           time.Time
}

// Usage counts tokens.
type Usage struct {
	Prompt     int64 `json:"prompt"`
	Cached     int64 `json:"cached,omitempty"`  // of the prompt: read from the provider's cache
	Written    int64 `json:"written,omitempty"` // of the prompt: put into it
	Completion int64 `json:"completion"`
	Estimated  bool  `json:"estimated,omitempty"` // the server did not say
}

// USD is an amount of money in billionths of a dollar, so that sums are exact.
type USD int64

// Dollars converts to dollars.
func (u USD) Dollars() float64 { return float64(u) / 1e9 }

func (u USD) String() string { return fmt.Sprintf("$%.4f", u.Dollars()) }

// Price is in US dollars per million tokens.
type Price struct {
	Input       float64 `mapstructure:"input" json:"input"`
	CachedInput float64 `mapstructure:"cached_input" json:"cached_input"` // 0: as input
	CacheWrite  float64 `mapstructure:"cache_write" json:"cache_write"`   // 0: as input
	Output      float64 `mapstructure:"output" json:"output"`
}

// Cost is the price of a usage. Dollars per million tokens are thousands of nano-dollars per token.
func (p Price) Cost(u Usage) USD {
	cached, written := cmp.Or(p.CachedInput, p.Input), cmp.Or(p.CacheWrite, p.Input)
	return USD(float64(u.Prompt-u.Cached-u.Written)*p.Input*1000 + float64(u.Cached)*cached*1000 + float64(u.Written)*written*1000 +
		float64(u.Completion)*p.Output*1000)
}

// Most is the price of a usage of which is not known what a cache makes of it: some providers take more for what they put into it.
func (p Price) Most(u Usage) USD {
	p.Input = max(p.Input, p.CacheWrite)
	return p.Cost(Usage{Prompt: u.Prompt, Completion: u.Completion})
}
