package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSetValues(t *testing.T) {
	zero := 0.0
	for _, tc := range []struct {
		name string
		set  string
		got  func(*Config) any
		want any
	}{
		{"whole number", "run.seed=-5", func(c *Config) any { return c.Run.Seed }, int64(-5)},
		{"duration", "run.drain=1m30s", func(c *Config) any { return c.Run.Drain }, 90 * time.Second},
		{"text that looks like YAML", "judge.relevance=a: [b, #c", func(c *Config) any { return c.Judge.Relevance }, "a: [b, #c"},
		{"text that looks like a number", "corpus.language=1e3", func(c *Config) any { return c.Corpus.Language }, "1e3"},
		{"quoted text", `prompts.dir=""`, func(c *Config) any { return c.Prompts.Dir }, ""},
		{"empty text", `export.license=`, func(c *Config) any { return c.Export.License }, ""},
		{"value with =", `export.license=a=b`, func(c *Config) any { return c.Export.License }, "a=b"},
		{"list with commas", "export.formats=hf, jsonl", func(c *Config) any { return c.Export.Formats }, []string{"hf", "jsonl"}},
		{"flow list", "export.formats=[hf,jsonl]", func(c *Config) any { return c.Export.Formats }, []string{"hf", "jsonl"}},
		{"empty list", "corpus.path=[]", func(c *Config) any { return c.Corpus.Path }, []string{}},
		{"element", "generate.negatives.0.count=5", func(c *Config) any { return c.Generate.Negatives[0].Count }, 5},
		{"appended section", "generate.negatives.1={strategy: x}", func(c *Config) any { return c.Generate.Negatives[1] }, Strategy{Strategy: "x", Model: "writer", Prompt: "x", Count: 3}},
		{"key of an appended section", "judge.cascade.2.model=writer", func(c *Config) any { return c.Judge.Cascade[2] }, Step{Model: "writer", Prompt: "grade", Slate: 8, ForwardAt: 1, Forward: ForwardText, Also: []Also{}, Combine: "majority", AgainBy: "swap"}},
		{"list of sections", "judge.cascade=[{model: writer}]", func(c *Config) any { return c.Judge.Cascade }, []Step{{Model: "writer", Prompt: "grade", Slate: 8, ForwardAt: 1, Forward: ForwardText, Also: []Also{}, Combine: "majority", AgainBy: "swap"}}},
		{"section keeps its other keys", "run.budget={calls: 3}", func(c *Config) any { return c.Run.Budget }, Budget{USD: 2, Calls: 3}},
		{"null", "models.writer.temperature=null", func(c *Config) any { return c.Models["writer"].Temperature }, (*float64)(nil)},
		{"zero", "models.writer.top_p=1", func(c *Config) any { return c.Models["judge_small"].Temperature }, &zero},
		{"header", "models.writer.headers.Content-A.b=c", func(c *Config) any { return c.Models["writer"].Headers["Content-A.b"] }, "c"},
		{"header keeps the others", "models.writer.headers.Content-A=c", func(c *Config) any { return c.Models["writer"].Headers["Content-Old"] }, "1"},
		{"extra, nested", "models.writer.extra.a.B=true", func(c *Config) any { return c.Models["writer"].Extra },
			map[string]any{"a": map[string]any{"B": true, "c": int64(1)}}},
		{"extra as a whole", "models.writer.extra={q: 1.5}", func(c *Config) any { return c.Models["writer"].Extra }, map[string]any{"q": 1.5}},
		{"new model", "models.big.provider=offline", func(c *Config) any { return c.Models["big"].Concurrency }, 8},
		{"new model with a dot", "models.gpt-4.1.concurrency=3", func(c *Config) any { return c.Models["gpt-4.1"].Concurrency }, 3},
		{"new models as a map", "models={New: {rpm: 5}}", func(c *Config) any { return c.Models["New"].RPM }, 5},
		{"known model with dots", "models.a.model.concurrency=4", func(c *Config) any { return c.Models["a.model"].Concurrency }, 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := mustLoad(t, `
run: {budget: {usd: 2}}
models:
  writer: {headers: {Content-Old: "1"}, extra: {a: {c: 1}}}
  judge_small: {}
  judge_large: {}
  a.model: {}
`, tc.set)
			if d := cmp.Diff(tc.want, tc.got(c)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestSetProblems(t *testing.T) {
	for _, tc := range []struct{ name, set, want string }{
		{"no value", "run.seed", "--set: run.seed: key=value is expected"},
		{"unknown key", "run.sed=1", "--set: run.sed: unknown key; did you mean seed?"},
		{"unknown section", "rum.seed=1", "--set: rum.seed: unknown key; did you mean run?"},
		{"unknown key of a model", "models.writer.base_urll=x", "unknown key; did you mean base_url?"},
		{"unknown key of a new model", "models.x.y=1", "--set: models.x.y: unknown key"},
		{"below a value", "run.seed.x=1", "nothing stands below run.seed"},
		{"not a number of an element", "corpus.path.first=x", "elements of a list have numbers"},
		{"gap in a list", "corpus.path.5=x", "there is no element 5; the list has 1"},
		{"wrong type", "run.seed=x", `--set: run.seed: a whole number is expected, not "x"`},
		{"unit missing", "run.drain=10", "the unit is missing: 10s"},
		{"null for a number", "run.seed=null", "not null"},
		{"not YAML", "judge.cascade=[{", "--set: judge.cascade: not a YAML value"},
		{"through a value of extra", "models.writer.extra.a.b=1", "models.writer.extra.a is not an object"},
		{"out of range", "models.writer.concurrency=0", "--set: models.writer.concurrency: 0 is out of range; use 1 to 4096"},
		{"new model without a name of the model", "models.big.provider=openai", "--set: models.big.model: is missing"},
		{"secret", "models.writer.api_key=sk-canary-0123456789", "a secret must not be written here"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := loaded(t, "models: {writer: {extra: {a: 1}}, judge_small: {}, judge_large: {}}", tc.set)
			wantProblem(t, err, tc.want)
		})
	}
}

func TestEnvironment(t *testing.T) {
	file := `
models:
  writer: {}
  judge_small: {}
  judge_large: {}
  gpt-4.1: {}
  a-b: {}
  a_b: {}
`
	from := func(env ...string) (*Config, error) {
		return load([]byte(file), Sources{File: "config.yaml", Environ: env, Sets: []string{"models.Big.x.rpm=1"}})
	}
	c, err := from("GEN_MODELS_WRITER_BASE_URL=http://a", "GEN_MODELS_GPT_4_1_CONCURRENCY=3", "GEN_GENERATE_NEGATIVES_0_COUNT=5",
		"GEN_MODELS_BIG_X_TPM=9", "GEN_MODELS_WRITER_EXTRA={A: 1}", "GEN_JUDGE_CASCADE_1_MODEL=writer", "GEN_RUN_DIR=", "GENERAL=x")
	if err != nil {
		t.Fatal(err)
	}
	if c.Models["writer"].BaseURL != "http://a" || c.Models["gpt-4.1"].Concurrency != 3 || c.Generate.Negatives[0].Count != 5 ||
		c.Models["Big.x"].TPM != 9 || c.Models["Big.x"].RPM != 1 || c.Models["writer"].Extra["A"] != int64(1) || c.Judge.Cascade[1].Model != "writer" {
		t.Errorf("got %+v", c)
	}
	if c.Run.Dir != "runs/first" || len(c.Warnings) != 2 {
		t.Errorf("empty variable: dir %q, warnings %q", c.Run.Dir, c.Warnings)
	}
	for _, tc := range []struct{ name, env, want string }{
		{"two models of one spelling", "GEN_MODELS_A_B_RPM=1", "may be models.a-b.rpm or models.a_b.rpm; use --set instead"},
		{"wrong type", "GEN_RUN_SEED=x", "environment GEN_RUN_SEED: run.seed: a whole number is expected"},
		{"out of range", "GEN_CORPUS_TOLERANCE=2", "environment GEN_CORPUS_TOLERANCE: corpus.tolerance: 2 is out of range"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := from(tc.env)
			wantProblem(t, err, tc.want)
		})
	}
}

func TestAVariableThatIsNoKeyIsRefused(t *testing.T) {
	for env, want := range map[string]string{
		"GEN_HOME=/opt/gen":                 "environment GEN_HOME: no key of the configuration has this name; unset it: variables that begin with GEN_ are keys of the configuration",
		"GEN_RUN_BUDGET={}":                 "environment GEN_RUN_BUDGET: no key",
		"GEN_RUN_SED=4":                     "did you mean GEN_RUN_SEED?",
		"GEN_RUN_SEDE=":                     "did you mean GEN_RUN_SEED?",
		"GEN_MODELS_WRITR_RPM=1":            "did you mean GEN_MODELS_WRITER_RPM?",
		"GEN_RUN_BUDGET_USD=":               "environment GEN_RUN_BUDGET_USD: run.budget.usd: a number is expected, and the variable is empty; give it a value, or unset it",
		"GEN_RUN_BUDGET_WALL=":              "a duration such as 120s is expected, and the variable is empty",
		"GEN_GENERATE_QUERIES_PER_PASSAGE=": "a whole number is expected, and the variable is empty",
	} {
		_, err := load([]byte(small), Sources{File: "config.yaml", Environ: []string{env}})
		wantProblem(t, err, want)
	}
	secret := "models: {writer: {provider: openai, model: m, api_key: env:GEN_SECRET}, j: {}}\njudge: {cascade: [{model: j}]}\n"
	if _, err := load([]byte(secret), Sources{File: "config.yaml", Environ: []string{"GEN_SECRET=abcdefgh"}}); err != nil {
		t.Errorf("a variable that the configuration names: %v", err)
	}
}

func TestKeysThatDoNotGoTogetherAreNamedWhereTheyWereWritten(t *testing.T) {
	for _, tc := range []struct{ text, set, want string }{
		{small, "relabel.negative_at=3", "--set: relabel.negative_at: 3 is not below false_negative_at, which is 3 (the default)"},
		{small + "relabel: {negative_at: 2}\n", "relabel.false_negative_at=2", "--set: relabel.false_negative_at: 2 is not above negative_at, which is 2 (config.yaml:"},
		{small + "export: {split: {train: 0.5, validation: 0.25, test: 0.25}}\n", "export.split.test=0.5", "--set: export.split: the shares sum to 1.25"},
		{"models: {writer: {provider: ollama, model: 'q:1', max_tokens: 900}, j: {}}\njudge: {cascade: [{model: j}]}\n", "models.writer.num_ctx=800",
			"--set: models.writer.num_ctx: 800 has no room for a prompt beside max_tokens, which is 900 (config.yaml:1:"},
	} {
		_, err := load([]byte(tc.text), Sources{File: "config.yaml", Sets: []string{tc.set}})
		wantProblem(t, err, tc.want)
	}
}

func TestNothingIsSuggestedThatIsNoSlip(t *testing.T) {
	for set, want := range map[string]string{
		"models.foo.bar=1":   "--set: models.foo.bar: unknown key; known here: provider, model, ",
		"export.formats=csv": `"csv" is not known here; known here: hf, jsonl`,
		"run.xyz=1":          "--set: run.xyz: unknown key; known here: dir, seed, ",
	} {
		_, err := load([]byte(small), Sources{File: "config.yaml", Sets: []string{set}, Formats: []string{"hf", "jsonl"}})
		wantProblem(t, err, want)
		if strings.Contains(err.Error(), "did you mean") {
			t.Errorf("%s: %v", set, err)
		}
	}
}
