package config

import (
	"errors"
	"strings"
	"testing"
)

// vectorKinds are two ways of making negatives, of which one compares vectors.
var vectorKinds = []StrategyKind{{Name: "query-only"}, {Name: "dense", Mines: true, Encodes: true, Filters: map[string]float64{"perc-pos": 0.95, "abs": 0.7, "none": 0}}}

const encoders = `models:
  writer: {provider: openai, model: w, base_url: "http://127.0.0.1:1/v1", api_key: ""}
  e5: {provider: openai, model: e5, base_url: "http://127.0.0.1:1/v1", api_key: "", query_prefix: "query: "}
  played: {provider: recorded, file: replies.jsonl}
  later: {provider: openai, model: e5, base_url: "http://127.0.0.1:1/v1", api_key: "", mode: batch}
judge: {cascade: [{model: writer}]}
generate:
  negatives:
`

func loadVectors(entry string) (*Config, error) {
	return load([]byte(encoders+"    - "+entry+"\n"), Sources{File: "config.yaml", Strategies: vectorKinds})
}

func TestAnEncoderHasTheDefaultsOfThePapers(t *testing.T) {
	c, err := loadVectors("{strategy: dense, encoder: e5}")
	if err != nil {
		t.Fatal(err)
	}
	s := c.Generate.Negatives[0]
	if s.Filter != "perc-pos" || *s.Limit != 0.95 || *s.Floor != 0.4 || s.From != 1 || s.To != 100 || c.Models["e5"].Texts != 64 || c.Models["writer"].Texts != 0 {
		t.Errorf("%+v, limit %v, floor %v, texts %d", s, *s.Limit, *s.Floor, c.Models["e5"].Texts)
	}
	text, err := c.YAML()
	if err != nil || !strings.Contains(string(text), "from: 1, to: 100, encoder: e5, filter: perc-pos, limit: 0.95, floor: 0.4}") {
		t.Errorf("%v:\n%s", err, text)
	}
	if c, err = loadVectors("{strategy: dense, encoder: e5, filter: none, floor: 0}"); err != nil || c.Generate.Negatives[0].Limit != nil || *c.Generate.Negatives[0].Floor != 0 {
		t.Errorf("%v", err)
	}
}

func TestWhatAnEncoderCannotBeIsRefusedWithItsLine(t *testing.T) {
	for entry, want := range map[string]string{
		"{strategy: dense}":                                                              `generate.negatives.0.encoder: is missing`,
		"{strategy: dense, encoder: e6}":                                                 `there is no model "e6"`,
		"{strategy: dense, encoder: writer}":                                             `"writer" writes or judges`,
		"{strategy: dense, encoder: played}":                                             `vectors are not recorded`,
		"{strategy: dense, encoder: later}":                                              `vectors are not asked for through batches`,
		"{strategy: dense, encoder: e5, filter: perc}":                                   `generate.negatives.0.filter: "perc" is not known here`,
		"{strategy: dense, encoder: e5, filter: none, limit: 1}":                         `filter "none" has no limit`,
		"{strategy: dense, encoder: e5, limit: 3}":                                       `generate.negatives.0.limit: 3 is out of range`,
		"{strategy: dense, encoder: e5, floor: 1.5}":                                     `generate.negatives.0.floor: 1.5 is out of range`,
		"{strategy: dense, encoder: e5, model: writer}":                                  `asks no model`,
		"{strategy: dense, encoders: e5}":                                                `encoder`,
		"{strategy: query-only, model: writer, encoder: e5}":                             `generate.negatives.0.encoder: only a strategy that compares vectors takes it`,
		"{strategy: query-only, model: writer, floor: 0}":                                `generate.negatives.0.floor: only a strategy`,
		"{strategy: dense, encoder: e5}\n    - {strategy: dense, encoder: e5, count: 1}": `same strategy, model and prompt as generate.negatives.0`,
	} {
		_, err := loadVectors(entry)
		var all Errors
		if !errors.As(err, &all) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", entry, err, want)
		}
	}
	if _, err := load([]byte(strings.Replace(encoders, `model: w,`, `model: w, query_prefix: "query: ",`, 1)+"    - {strategy: query-only, model: writer}\n"),
		Sources{File: "config.yaml", Strategies: vectorKinds}); err == nil || !strings.Contains(err.Error(), "models.writer.query_prefix: this model makes no vectors") {
		t.Errorf("a prefix of a model that makes no vectors: %v", err)
	}
}

// loadSimilarity adds to the judges, and more below them.
func loadSimilarity(judge string) (*Config, error) {
	own, more, _ := strings.Cut(judge, "\n")
	own = strings.TrimSuffix(strings.TrimPrefix(own, "{"), "}")
	text := strings.Replace(encoders, "judge: {cascade: [{model: writer}]}", "judge: {cascade: [{model: writer}], "+own+"}\n"+more, 1)
	return load([]byte(text+"    - {strategy: query-only, model: writer}\n"), Sources{File: "config.yaml", Strategies: vectorKinds})
}

func TestTheEncoderOfSimilaritiesIsCheckedAsThatOfAStrategy(t *testing.T) {
	for judge, want := range map[string]string{
		"{similarity: {encoder: e6}}":                           `judge.similarity.encoder: there is no model "e6"`,
		"{similarity: {encoder: writer}}":                       `judge.similarity.encoder: "writer" writes or judges`,
		"{similarity: {encoder: played}}":                       `models.played.provider: vectors are not recorded, and judge.similarity compares`,
		"{similarity: {encoder: later}}":                        `models.later.mode: vectors are not asked for through batches, and judge.similarity compares`,
		"{similarity: {model: e5}}":                             `encoder`,
		"{similarities: {encoder: e5}}":                         `similarity`,
		"{}\nexport: {scores: dense}":                           `export.scores: there are no similarities that could be scores`,
		"{similarity: {encoder: e5}}\nexport: {scores: cosine}": `export.scores: "cosine" is not known here`,
		"{similarity: {encoder: e5}}\nexport: {scores: dense}":  "",
		"{similarity: {encoder: e6}}\nexport: {scores: nearly}": `judge.similarity.encoder: there is no model "e6"`,
	} {
		_, err := loadSimilarity(judge)
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", judge, err)
			}
			continue
		}
		var all Errors
		if !errors.As(err, &all) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", judge, err, want)
		}
	}
	cfg, err := loadSimilarity("{similarity: {encoder: e5}}")
	if err != nil || cfg.Models["e5"].Texts != 64 || cfg.Export.Scores != "judge" {
		t.Errorf("%v: %+v", err, cfg)
	}
}
