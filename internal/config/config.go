// Package config reads config.yaml, the environment and flags, strictly: an unknown key, a wrong type, a duplicate key or
// a literal secret is an error, and all errors are reported at once with file, line and remedy.
//
// It owns the shape and the defaults of the configuration and nothing of what it configures.
package config

import (
	"time"

	"hardneg"
)

// Config is the effective configuration. The keys are those of CONTRACT.md; field comments there.
type Config struct {
	Run      Run              `mapstructure:"run" json:"run"`
	Corpus   Corpus           `mapstructure:"corpus" json:"corpus"`
	Models   map[string]Model `mapstructure:"models" json:"models"`
	Prompts  Prompts          `mapstructure:"prompts" json:"prompts"`
	Generate Generate         `mapstructure:"generate" json:"generate"`
	Judge    Judge            `mapstructure:"judge" json:"judge"`
	Relabel  Relabel          `mapstructure:"relabel" json:"relabel"`
	Export   Export           `mapstructure:"export" json:"export"`

	// Warnings are things that are allowed but probably not meant; filled by Load.
	Warnings []string `mapstructure:"-" json:"-"`
	// Variables are the variables of the environment that set a key, as NAME=value; filled by Load.
	Variables []string `mapstructure:"-" json:"-"`
	// Unresolved are the references of the models in use that lead to no secret; filled by Load. What makes no call can do without.
	Unresolved Errors `mapstructure:"-" json:"-"`
}

// Run is about the run as a whole.
type Run struct {
	Dir      string        `mapstructure:"dir" json:"dir"`
	Seed     int64         `mapstructure:"seed" json:"seed"`
	Schedule string        `mapstructure:"schedule" json:"schedule"` // auto, streaming, staged
	Drain    time.Duration `mapstructure:"drain" json:"drain"`       // how long in-flight calls may go on after a signal; default 30s
	OnEnd    string        `mapstructure:"on_end" json:"on_end"`     // command that gets the final status as JSON on standard input, whatever the end
	Budget   Budget        `mapstructure:"budget" json:"budget"`
	Batch    Batch         `mapstructure:"batch" json:"batch"`
}

// Batch is how models with mode: batch are asked.
type Batch struct {
	Poll      time.Duration `mapstructure:"poll" json:"poll"`           // time between two looks at a batch; default 1m
	Requests  int           `mapstructure:"requests" json:"requests"`   // of one file at most; default 50000
	Megabytes int           `mapstructure:"megabytes" json:"megabytes"` // of one file at most; default 200
}

// Budget limits a run; 0 is no limit. It holds across restarts.
type Budget struct {
	USD    float64       `mapstructure:"usd" json:"usd"`
	Calls  int64         `mapstructure:"calls" json:"calls"`
	Tokens int64         `mapstructure:"tokens" json:"tokens"`
	Wall   time.Duration `mapstructure:"wall" json:"wall"`
}

// Corpus names the passages.
type Corpus struct {
	Path      []string `mapstructure:"path" json:"path"`
	Format    string   `mapstructure:"format" json:"format"`
	Fields    Fields   `mapstructure:"fields" json:"fields"`
	Tolerance float64  `mapstructure:"tolerance" json:"tolerance"`
	Language  string   `mapstructure:"language" json:"language"`
	Chunk     Chunk    `mapstructure:"chunk" json:"chunk"`
	Hub       Hub      `mapstructure:"hub" json:"hub"`
	IDs       IDs      `mapstructure:"ids" json:"ids"`
}

// Chunk says how documents that are longer than a passage are split, at the ends of sentences. It is a part of what an import is known
// by, and stays what it is in a run.
type Chunk struct {
	MaxWords int `mapstructure:"max_words" json:"max_words"` // 0: documents stay whole
	Overlap  int `mapstructure:"overlap" json:"overlap"`     // words that a passage repeats of the one before
}

// Hub chooses what is read of a data set directory of the Hugging Face Hub; "": what there is only one of, or the default config.
type Hub struct {
	Config string `mapstructure:"config" json:"config"`
	Split  string `mapstructure:"split" json:"split"` // or all
}

// IDs names the files in which the texts stand that a training set of ids names.
type IDs struct {
	Queries  string `mapstructure:"queries" json:"queries"`
	Passages string `mapstructure:"passages" json:"passages"`
}

// Fields names the fields of a record; "" is detected.
type Fields struct {
	ID    string `mapstructure:"id" json:"id"`
	Title string `mapstructure:"title" json:"title"`
	Text  string `mapstructure:"text" json:"text"`
	Links string `mapstructure:"links" json:"links,omitempty"` // ids of other passages; "": none are read
}

// Model is one model and how to reach it.
type Model struct {
	Provider    string            `mapstructure:"provider" json:"provider"` // offline, openai, ollama, recorded
	Model       string            `mapstructure:"model" json:"model"`
	File        string            `mapstructure:"file" json:"file,omitempty"` // recorded
	BaseURL     string            `mapstructure:"base_url" json:"base_url"`
	BaseURLs    []string          `mapstructure:"base_urls" json:"base_urls,omitempty"`
	APIKey      string            `mapstructure:"api_key" json:"api_key"`                           // env:NAME, file:PATH or ""
	Plaintext   bool              `mapstructure:"allow_plaintext" json:"allow_plaintext,omitempty"` // send the key over http, unencrypted
	Headers     map[string]string `mapstructure:"headers" json:"headers,omitempty"`
	Extra       map[string]any    `mapstructure:"extra" json:"extra,omitempty"`
	Concurrency int               `mapstructure:"concurrency" json:"concurrency"`
	RPM         int               `mapstructure:"rpm" json:"rpm"`
	TPM         int               `mapstructure:"tpm" json:"tpm"`
	Timeout     time.Duration     `mapstructure:"timeout" json:"timeout"`
	Patience    time.Duration     `mapstructure:"patience" json:"patience"`
	Retries     int               `mapstructure:"retries" json:"retries"`
	Temperature *float64          `mapstructure:"temperature" json:"temperature"` // nil: null in the file, none is sent
	TopP        *float64          `mapstructure:"top_p" json:"top_p"`
	MaxTokens   int               `mapstructure:"max_tokens" json:"max_tokens"`
	NumCtx      int               `mapstructure:"num_ctx" json:"num_ctx"`
	Think       bool              `mapstructure:"think" json:"think"`
	Price       hardneg.Price     `mapstructure:"price" json:"price"`
	Mode        string            `mapstructure:"mode" json:"mode"` // live, batch

	// Of an encoder, which a strategy names.
	Dimensions    int    `mapstructure:"dimensions" json:"dimensions,omitempty"` // of its vectors; 0: its own
	QueryPrefix   string `mapstructure:"query_prefix" json:"query_prefix,omitempty"`
	PassagePrefix string `mapstructure:"passage_prefix" json:"passage_prefix,omitempty"`
	Texts         int    `mapstructure:"texts" json:"texts,omitempty"` // of one request; default 64
}

// Prompts names a folder of templates that replace built-in ones.
type Prompts struct {
	Dir string `mapstructure:"dir" json:"dir"`
}

// Generate configures what is written.
type Generate struct {
	Queries   Queries    `mapstructure:"queries" json:"queries"`
	Negatives []Strategy `mapstructure:"negatives" json:"negatives"`
}

// Queries configures the query writer.
type Queries struct {
	Model      string `mapstructure:"model" json:"model"`
	Prompt     string `mapstructure:"prompt" json:"prompt"`
	PerPassage int    `mapstructure:"per_passage" json:"per_passage"`

	Examples     []Shot    `mapstructure:"examples" json:"examples,omitempty"`           // for prompts that show some
	ExamplesFile string    `mapstructure:"examples_file" json:"examples_file,omitempty"` // or JSONL with the same fields
	PersonasFile string    `mapstructure:"personas_file" json:"personas_file,omitempty"` // a line each; default: those that are built in
	RoundTrip    RoundTrip `mapstructure:"round_trip" json:"round_trip"`
	Tasks        Tasks     `mapstructure:"tasks" json:"tasks"` // for a prompt that is asked for tasks, and for no passages
}

// Tasks says for what search tasks queries are written.
type Tasks struct {
	Count      int      `mapstructure:"count" json:"count,omitempty"`
	PerRequest int      `mapstructure:"per_request" json:"per_request,omitempty"` // thought up in one request; default 20
	Languages  []string `mapstructure:"languages" json:"languages,omitempty"`     // of queries and documents, ISO 639-1; default en
}

// Shot is an example of a query.
type Shot struct {
	Passage string `mapstructure:"passage" json:"passage"`
	Query   string `mapstructure:"query" json:"query"`
	Bad     string `mapstructure:"bad_query" json:"bad_query,omitempty"` // a query that is not wanted, for prompts that show both
}

// RoundTrip keeps queries only that find their own passages.
type RoundTrip struct {
	By      string `mapstructure:"by" json:"by"`                     // bm25, dense, or "" for no such filter
	Encoder string `mapstructure:"encoder" json:"encoder,omitempty"` // of dense
	Top     int    `mapstructure:"top" json:"top"`                   // ranks among which the passage must be
}

// Strategy is one way of making negatives.
type Strategy struct {
	Strategy string    `mapstructure:"strategy" json:"strategy"`
	Variant  string    `mapstructure:"variant" json:"variant,omitempty"` // another form of the strategy, where there is one
	Model    string    `mapstructure:"model" json:"model"`
	Models   []string  `mapstructure:"models" json:"models,omitempty"` // several in place of one, each for a share of the queries
	Shares   []float64 `mapstructure:"shares" json:"shares,omitempty"` // theirs, in their order; default: equal ones
	Prompt   string    `mapstructure:"prompt" json:"prompt,omitempty"` // default: that of the strategy
	Check    string    `mapstructure:"check" json:"check,omitempty"`   // the model that checks what is written, where the strategy has that done; default: the last judge
	Count    int       `mapstructure:"count" json:"count"`
	Pool     int       `mapstructure:"pool" json:"pool,omitempty"` // spares, which stand in for texts that fall away; default 0
	From     int       `mapstructure:"from" json:"from,omitempty"` // first and last rank that a strategy may take which finds passages; default 1 and 100
	To       int       `mapstructure:"to" json:"to,omitempty"`

	// Of a strategy that compares vectors.
	Encoder string   `mapstructure:"encoder" json:"encoder,omitempty"` // the model that makes them
	Filter  string   `mapstructure:"filter" json:"filter,omitempty"`   // what may be a negative, by cosines; default perc-pos
	Limit   *float64 `mapstructure:"limit" json:"limit,omitempty"`     // of the filter; default: that of its paper
	Floor   *float64 `mapstructure:"floor" json:"floor,omitempty"`     // the least cosine; default 0.4

	// Of a strategy that follows links.
	Paths  int `mapstructure:"paths" json:"paths,omitempty"`   // default 3
	Length int `mapstructure:"length" json:"length,omitempty"` // passages of a path; default 3
}

// Judge configures what is judged, and by whom.
type Judge struct {
	Relevance  string `mapstructure:"relevance" json:"relevance"`
	Positives  bool   `mapstructure:"positives" json:"positives"`
	PositiveAt int    `mapstructure:"positive_at" json:"positive_at"`
	Cascade    []Step `mapstructure:"cascade" json:"cascade"`

	Similarity Similarity `mapstructure:"similarity" json:"similarity"`
}

// Similarity has the cosines of queries and their judged texts worked out, for exports that give them.
type Similarity struct {
	Encoder string `mapstructure:"encoder" json:"encoder"` // the model that makes the vectors; "": none are made
}

// Step is one judge of the cascade.
type Step struct {
	Model     string  `mapstructure:"model" json:"model"`
	Prompt    string  `mapstructure:"prompt" json:"prompt"`
	Slate     int     `mapstructure:"slate" json:"slate"`
	ForwardAt int     `mapstructure:"forward_at" json:"forward_at"` // not used by the last step; default 1
	Forward   string  `mapstructure:"forward" json:"forward"`       // ForwardText or ForwardQuery
	Also      []Also  `mapstructure:"also" json:"also,omitempty"`   // judges that are asked beside it
	Combine   string  `mapstructure:"combine" json:"combine"`       // how the verdicts of several judges become one; default majority
	Margin    float64 `mapstructure:"margin" json:"margin"`         // scores less than this below the gate go on too
	Audit     float64 `mapstructure:"audit" json:"audit"`           // share of the texts that would not go on that do all the same
	Again     float64 `mapstructure:"again" json:"again"`           // share of the queries whose texts are looked at twice
	AgainBy   string  `mapstructure:"again_by" json:"again_by"`     // swap, repeat
}

// Also is a judge beside that of a step.
type Also struct {
	Model  string `mapstructure:"model" json:"model"`
	Prompt string `mapstructure:"prompt" json:"prompt"` // default: that of the step
}

// Models are the models of all judges of the step.
func (s Step) Models() []string {
	out := []string{s.Model}
	for _, a := range s.Also {
		out = append(out, a.Model)
	}
	return out
}

// What goes to the next judge when a text is to.
const (
	ForwardText  = "text"  // that text; the default
	ForwardQuery = "query" // all texts of its query
)

// Relabel holds the policy; see package relabel.
type Relabel struct {
	Policy            string   `mapstructure:"policy" json:"policy"`
	NegativeAt        int      `mapstructure:"negative_at" json:"negative_at"`
	FalseNegativeAt   int      `mapstructure:"false_negative_at" json:"false_negative_at"`
	Ambiguous         string   `mapstructure:"ambiguous" json:"ambiguous"`
	GeneratedPositive bool     `mapstructure:"generated_positive" json:"generated_positive"`
	MaxFalseNegatives int      `mapstructure:"max_false_negatives" json:"max_false_negatives"`
	Positive          string   `mapstructure:"positive" json:"positive"`       // source: the query's own passage and what was relabelled; best: the one text with the highest score
	Margin            *float64 `mapstructure:"margin" json:"margin,omitempty"` // a negative's score lies this far below its query's passage's; nil: no such rule
}

// Export says what is written where.
type Export struct {
	Formats       []string `mapstructure:"formats" json:"formats"`
	Dir           string   `mapstructure:"dir" json:"dir"`
	Negatives     int      `mapstructure:"negatives" json:"negatives"`
	Pick          string   `mapstructure:"pick" json:"pick"`
	Scores        string   `mapstructure:"scores" json:"scores"`                       // judge or dense: whose scores order the texts, and stand in formats for distillation
	WeightGamma   *float64 `mapstructure:"weight_gamma" json:"weight_gamma,omitempty"` // negatives get the weight (1 - score)^gamma; nil: none
	Prompt        string   `mapstructure:"prompt" json:"prompt"`
	Where         []string `mapstructure:"where" json:"where"`
	Decontaminate []string `mapstructure:"decontaminate" json:"decontaminate"`
	Split         Split    `mapstructure:"split" json:"split"`
	BalanceOrigin bool     `mapstructure:"balance_origin" json:"balance_origin"`
	Spares        bool     `mapstructure:"spares" json:"spares,omitempty"` // texts of the pools that are left over are exported, in formats that have a column for them
	License       string   `mapstructure:"license" json:"license"`
}

// Split gives the shares of the splits; they sum to 1.
type Split struct {
	Train      float64 `mapstructure:"train" json:"train"`
	Validation float64 `mapstructure:"validation" json:"validation"`
	Test       float64 `mapstructure:"test" json:"test"`
}
