package config

import (
	"cmp"
	"reflect"
	"strconv"
	"time"
)

// Defaults are the values of absent keys. DefaultModel has the values of a model's absent keys, and
// assume adds the models that nobody set.
func Defaults() *Config {
	return &Config{
		Run: Run{Dir: "runs/first", Seed: 42, Schedule: "auto", Drain: 30 * time.Second,
			Batch: Batch{Poll: time.Minute, Requests: 50000, Megabytes: 200}},
		Corpus: Corpus{Path: []string{"testdata/passages.jsonl"}, Format: "auto", Tolerance: 0.001, Language: "auto"},
		Models: map[string]Model{},
		Generate: Generate{
			Queries:   Queries{Model: "writer", Prompt: "query", PerPassage: 1, Examples: []Shot{}, RoundTrip: RoundTrip{Top: 1}, Tasks: Tasks{Languages: []string{}}},
			Negatives: []Strategy{{Strategy: "query-only", Model: "writer", Prompt: "query-only", Count: 3}},
		},
		Judge: Judge{Positives: true, PositiveAt: 2, Cascade: []Step{
			{Model: "judge_small", Prompt: "grade", Slate: 8, ForwardAt: 1, Forward: ForwardText, Also: []Also{}, Combine: "majority", AgainBy: "swap"},
			{Model: "judge_large", Prompt: "grade", Slate: 8, ForwardAt: 1, Forward: ForwardText, Also: []Also{}, Combine: "majority", AgainBy: "swap"},
		}},
		Relabel: Relabel{Policy: "relabel", NegativeAt: 1, FalseNegativeAt: 3, Ambiguous: "drop", MaxFalseNegatives: 7, Positive: "source"},
		Export: Export{Formats: []string{"hf"}, Dir: "export", Negatives: 3, Pick: "hardness", Scores: "judge", Where: []string{}, Decontaminate: []string{},
			Split: Split{Train: 0.9, Validation: 0.05, Test: 0.05}},
	}
}

// DefaultModel has the values of a model's absent keys. An absent name of the model is the provider's own: see settle.
func DefaultModel() Model {
	zero := 0.0
	return Model{
		Provider: "offline", APIKey: defaultKey, Concurrency: 8, Timeout: 120 * time.Second, Patience: 30 * time.Minute,
		Retries: 4, Temperature: &zero, MaxTokens: 1024, NumCtx: 8192, Mode: "live",
		BaseURLs: []string{}, Headers: map[string]string{}, Extra: map[string]any{},
	}
}

// settle fills in the defaults that depend on other keys.
func (c *Config) settle(sources Sources) {
	for name, m := range c.Models {
		if m.Model == "" && (m.Provider == "offline" || m.Provider == "recorded") {
			m.Model = m.Provider
		}
		c.Models[name] = m
	}
	for i, s := range c.Judge.Cascade {
		for n, also := range s.Also {
			if also.Prompt == "" {
				c.Judge.Cascade[i].Also[n].Prompt = s.Prompt
			}
		}
	}
	c.Generate.Queries.Tasks.settle(sources.queries(c.Generate.Queries.Prompt))
	for i := range c.Generate.Negatives {
		c.Generate.Negatives[i].settle(sources.strategy(c.Generate.Negatives[i].Strategy), c.Judge.Cascade)
	}
	for _, name := range c.encoders() {
		if m, ok := c.Models[name]; ok {
			m.Texts = cmp.Or(m.Texts, defaultTexts)
			c.Models[name] = m
		}
	}
}

// encoders are the models that make vectors.
func (c *Config) encoders() (names []string) {
	for _, s := range c.Generate.Negatives {
		if s.Encoder != "" {
			names = append(names, s.Encoder)
		}
	}
	if e := c.Generate.Queries.RoundTrip.Encoder; e != "" {
		names = append(names, e)
	}
	if c.Judge.Similarity.Encoder != "" {
		names = append(names, c.Judge.Similarity.Encoder)
	}
	return names
}

// What is wrong where spares are to be exported of a run that makes none, and what helps.
const (
	NoSpares     = "there are no spares: no entry of generate.negatives has a pool"
	NoSparesHint = "set pool at an entry, such as generate.negatives.0.pool=3, then `gen run`; or leave it out"
)

// Name is the name of a strategy in its variant, by which its texts are known.
func (s Strategy) Name() string {
	if s.Variant == "" {
		return s.Strategy
	}
	return s.Strategy + "-" + s.Variant
}

// Writers are the models of a strategy, none where it asks none.
func (s Strategy) Writers() []string {
	if s.Model == "" {
		return s.Models
	}
	return []string{s.Model}
}

// settle fills in what an entry leaves to its kind.
func (s *Strategy) settle(kind StrategyKind, judges []Step) {
	if len(s.Models) == 0 {
		s.Models = nil
	}
	if prompt := kind.prompt(s.Variant); prompt != "" {
		s.Prompt = cmp.Or(s.Prompt, prompt)
		if len(s.Models) == 0 {
			s.Model = cmp.Or(s.Model, defaultWriter)
		}
	}
	if len(s.Shares) == 0 {
		s.Shares = nil
		for range s.Models {
			s.Shares = append(s.Shares, 1/float64(len(s.Models)))
		}
	}
	if kind.Checks && s.Check == "" && len(judges) > 0 {
		s.Check = judges[len(judges)-1].Model
	}
	if kind.Filters != nil {
		s.Filter = cmp.Or(s.Filter, defaultFilter)
		if limit := kind.Filters[s.Filter]; s.Limit == nil && limit != 0 {
			s.Limit = &limit
		}
		if floor := defaultFloor; s.Floor == nil {
			s.Floor = &floor
		}
	}
	if kind.Walks {
		s.Paths, s.Length = cmp.Or(s.Paths, defaultPaths), cmp.Or(s.Length, defaultPaths)
	} else if kind.Mines {
		s.From = cmp.Or(s.From, 1)
		s.To = cmp.Or(s.To, max(100, min(s.From+s.Count-1, mostRank)))
	}
}

// fromGo makes the value of a Go value, so that defaults pass through the same layers as what users write.
func fromGo(x any, f *field, at place) value {
	return value{at, plainGo(reflect.ValueOf(x), f, at)}
}

func plainGo(v reflect.Value, f *field, at place) any {
	switch f.kind {
	case section:
		out := map[string]value{}
		for _, k := range f.keys {
			out[k.name] = value{at, plainGo(v.Field(k.index), k, at)}
		}
		return out
	case named, texts:
		out := map[string]value{}
		for it := v.MapRange(); it.Next(); {
			out[it.Key().String()] = value{at, plainGo(it.Value(), f.elem, at)}
		}
		return out
	case list:
		out := []value{}
		for i := range v.Len() {
			out = append(out, value{at, plainGo(v.Index(i), f.elem, at)})
		}
		return out
	case anything:
		if v.Len() == 0 {
			return map[string]any{}
		}
		return v.Interface()
	case optional:
		if v.IsNil() {
			return nil
		}
		return v.Elem().Float()
	case integer:
		return v.Int()
	case duration:
		return time.Duration(v.Int())
	}
	return v.Interface()
}

// plain strips the places off a value, noting each under its dotted key.
func (v value) plain(key string, places map[string]place) any {
	places[key] = v.at
	switch d := v.data.(type) {
	case map[string]value:
		out := map[string]any{}
		for k, c := range d {
			out[k] = c.plain(join(key, k), places)
		}
		return out
	case []value:
		out := make([]any, len(d))
		for i, c := range d {
			out[i] = c.plain(join(key, strconv.Itoa(i)), places)
		}
		return out
	}
	return v.data
}
