package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// with puts keys into the writer of a configuration that is right otherwise.
func with(keys string) string {
	return "models:\n  writer: {" + keys + "}\n  judge_small: {}\n  judge_large: {}\n"
}

// TestFaults are the faults of a configuration that must be refused, by their numbers where they have one.
func TestFaults(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"C1 unknown key", with("max_retires: 3"), "config.yaml:2:12: models.writer.max_retires: unknown key; did you mean retries?"},
		{"C1 unknown section", "modles: {}", "config.yaml:1:1: modles: unknown key; did you mean models?"},
		{"C1 key in the wrong section", "temperature: 1", "did you mean models.NAME.temperature?"},
		{"C1 key in capitals", "Run: {}", "Run: unknown key; did you mean run?"},
		{"C2 text for a number", with("concurrency: many"), `a whole number is expected, not "many"`},
		{"C2 quoted number", with(`concurrency: "12"`), `a whole number is expected, not "12"; leave out the quotes`},
		{"C2 fraction for a whole number", with("rpm: 1.5"), "a whole number is expected, not 1.5"},
		{"C2 quoted truth", with(`think: "true"`), "leave out the quotes"},
		{"C2 unit missing", with("timeout: 10"), "the unit is missing: 10s, 10m or 10h"},
		{"C2 quoted unit missing", with(`timeout: "10"`), "the unit is missing"},
		{"C2 unknown unit", with("timeout: 1d"), "write 500ms, 120s, 30m or 12h"},
		{"C2 list for a text", "run: {dir: [a]}", "run.dir: text is expected, not a list"},
		{"C2 text for a section", "run: a", `run: a section is expected, not "a"`},
		{"C2 text for a list", "corpus: {path: a.jsonl}", `corpus.path: a list is expected, not "a.jsonl"; write ["a.jsonl"]`},
		{"C2 text in a list of sections", "judge: {cascade: [a]}", `judge.cascade.0: a section is expected, not "a"`},
		{"C2 truth for a text", "export: {license: true}", "text is expected, not true; write it in quotes"},
		{"C2 null for a text", "run: {dir: ~}", `run.dir: text is expected, not null; write "" for none`},
		{"C2 infinite", with("temperature: .inf"), "a number or null is expected"},
		{"C2 own tag", "run: {dir: !x y}", "run.dir: text is expected"},
		{"C2 binary", "run: {dir: !!binary aGk=}", "run.dir: text is expected"},
		{"short chunks", "corpus: {chunk: {max_words: 5}}", "corpus.chunk.max_words: 5 is out of range; use 20 or more words, or 0 to leave documents whole"},
		{"overlap of nothing", "corpus: {chunk: {overlap: 5}}", "corpus.chunk.overlap: nothing is split that could overlap"},
		{"overlap of too much", "corpus: {chunk: {max_words: 100, overlap: 51}}", "corpus.chunk.overlap: 51 is out of range; use 0 to 50"},
		{"unknown key of hub", "corpus: {hub: {splt: x}}", "corpus.hub.splt: unknown key; did you mean split?"},
		{"C3 duplicate key", "run: {seed: 1, seed: 2}", "run.seed: duplicate key, first on line 1"},
		{"C3 duplicate section", "run: {}\nrun: {}", "config.yaml:2:1: run: duplicate key, first on line 1"},
		{"C3 duplicate model", "models:\n  a: {}\n  a: {}", "config.yaml:3:3: models.a: duplicate key, first on line 2"},
		{"C3 duplicate in extra", with("extra: {a: {b: 1, b: 2}}"), "models.writer.extra.a.b: duplicate key"},
		{"C3 header in two spellings", with("headers: {Content-A: b, content-a: c}"), "models.writer.headers.content-a: the same header as Content-A"},
		{"C4 sk-", with("api_key: sk-canary-012345678901234"), "a secret must not be written here; keep it out"},
		{"C4 hf_", with("api_key: hf_012345678901234567"), "a secret must not be written here"},
		{"C4 AIza", with("api_key: AIza012345678901234567"), "a secret must not be written here"},
		{"C4 any word", with("api_key: hunter2"), "a secret must not be written here"},
		{"C4 command", with("api_key: 'cmd:pass show x'"), "a secret must not be written here"},
		{"C4 behind env:", with("api_key: env:sk-canary-012345678901234"), "env: must be followed by the name of a variable"},
		{"C4 header", with("headers: {authorization: Bearer x}"), "a secret must not be written here"},
		{"C4 x-api-key", with("headers: {X-Api-Key: x}"), "a secret must not be written here"},
		{"C4 header of a name that nobody knows", with("headers: {X-Auth: s3cr3t-abc}"), "keep it out of the configuration: write env:NAME or file:PATH; written out may be only Accept"},
		{"C4 token", with("headers: {X-Token-Id: x}"), "a secret must not be written here"},
		{"C4 harmless header, secret value", with("headers: {Content-A: sk-canary-012345678901234}"), "this looks like a secret key"},
		{"C4 extra", with("extra: {auth: [sk-canary-012345678901234]}"), "models.writer.extra.auth.0: this looks like a secret key"},
		{"C4 anywhere", with("model: sk-canary-012345678901234"), "models.writer.model: this looks like a secret key; remove it"},
		{"C6 budget without a price", with("provider: openai, model: gpt-5") + "run: {budget: {usd: 5}}", "models.writer.price: is 0, so run.budget.usd cannot hold"},
		{"C11 password in the URL", with("base_url: 'https://u:pw@h/v1'"), "a URL must not hold a user name or password"},
		{"C11 key in the URL", with("base_url: 'https://h/v1?key=x'"), "a URL must not hold a query"},
		{"C11 key in one of the URLs", with("base_urls: ['https://h/v1', 'https://h/v1?key=x']"), "models.writer.base_urls.1: a URL must not hold a query"},
		{"C13 no room for the prompt", with("provider: ollama, model: 'q:1', max_tokens: 8192"), "8192 leaves no room in num_ctx"},
		{"C14 octal", "run: {seed: 010}", "run.seed: a whole number is expected, not 010; write plain decimal digits"},
		{"C14 hexadecimal", "run: {seed: 0x10}", "write plain decimal digits"},
		{"C14 1e3 for a whole number", "run: {seed: 1e3}", "a whole number is expected, not 1e3"},
		{"C14 yes", with("think: yes"), "write true or false"},
		{"C14 minutes and seconds", with("timeout: 1:30"), "a duration such as 120s is expected"},

		{"unknown provider", with("provider: openia"), "did you mean openai?"},
		{"recorded without a file", with("provider: recorded"), "models.writer.file: is missing"},
		{"openai without a model", with("provider: openai"), "models.writer.model: is missing"},
		{"no URL", with("base_url: localhost:8000"), "not an http or https URL"},
		{"URL of the request", with("base_url: 'http://h/v1/chat/completions'"), "leave out /chat/completions"},
		{"URL with a wrong port", with("base_url: 'http://h:port'"), "not a valid URL"},
		{"both URLs", with("base_url: 'http://a', base_urls: ['http://b']"), "base_url is given too"},
		{"an endpoint twice", with("base_urls: ['http://b', 'http://b/']"), "the same endpoint twice"},
		{"not a header", with("headers: {'Content A': 'env:B'}"), "is not the name of a header"},
		{"header of two lines", with(`headers: {Content-A: "b\nc"}`), "a header value must be one line"},
		{"batch", with("mode: batch"), "batch needs a provider with OpenAI's Batch API"},
		{"unknown mode", with("mode: lite"), "did you mean live?"},
		{"concurrency 0", with("concurrency: 0"), "use 1 to 4096"},
		{"timeout 0", with("timeout: 0s"), "0s is out of range; use more than 0s"},
		{"negative patience", with("patience: -1s"), "use 0s or more"},
		{"negative retries", with("retries: -1"), "use 0 to 100"},
		{"temperature above 2", with("temperature: 2.1"), "use 0 to 2"},
		{"top_p 0", with("top_p: 0"), "use more than 0, up to 1"},
		{"max_tokens 0", with("max_tokens: 0"), "use 1 or more"},
		{"negative price", with("price: {input: -1}"), "models.writer.price.input: -1 is out of range"},

		{"unknown schedule", small + "run: {schedule: stages}", "did you mean staged?"},
		{"negative budget", small + "run: {budget: {usd: -1}}", "run.budget.usd: -1 is out of range; use 0 or more"},
		{"no run folder", small + `run: {dir: ""}`, "run.dir: is missing"},
		{"unknown format of the corpus", small + "corpus: {format: json}", "did you mean jsonl?"},
		{"empty path", small + `corpus: {path: [""]}`, "corpus.path.0: is missing"},
		{"tolerance", small + "corpus: {tolerance: 1.5}", "use 0 to 1"},
		{"unknown role", small + "generate: {queries: {model: writr}}", `config.yaml:6:22: generate.queries.model: there is no model "writr"; did you mean writer?`},
		{"per_passage -1", small + "generate: {queries: {per_passage: -1}}", "use 0 to 20"},
		{"per_passage 0 with a round trip", small + "generate: {queries: {per_passage: 0, round_trip: {by: bm25}}}", "generate.queries.round_trip.by: no query is written that could be looked for: per_passage is 0"},
		{"count 11", small + "generate: {negatives: [{strategy: a, count: 11}]}", "use 1 to 10"},
		{"count 101 of what is found", small + "generate: {negatives: [{strategy: m, count: 101}]}", "use 1 to 100"},
		{"pool and count above 10", small + "generate: {negatives: [{strategy: a, count: 4, pool: 7}]}", "generate.negatives.0.pool: 7 is out of range; use 0 to 6: count and pool together are at most 10 of a"},
		{"pool and count above 100 of what is found", small + "generate: {negatives: [{strategy: m, count: 40, pool: 61}]}", "use 0 to 60: count and pool together are at most 100 of m"},
		{"negative pool", small + "generate: {negatives: [{strategy: a, pool: -1}]}", "generate.negatives.0.pool: -1 is out of range; use 0 to 7"},
		{"a strategy twice with pools", small + "generate: {negatives: [{strategy: a, pool: 1}, {strategy: a, pool: 2}]}", "generate.negatives.1: same strategy, model and prompt as generate.negatives.0"},
		{"spares of no pool", small + "export: {spares: true}", "export.spares: there are no spares: no entry of generate.negatives has a pool; set pool at an entry"},
		{"no strategy", small + "generate: {negatives: [{count: 1}]}", "generate.negatives.0.strategy: is missing"},
		{"a strategy twice", small + "generate: {negatives: [{strategy: a}, {strategy: a, count: 1}]}", "generate.negatives.1: same strategy, model and prompt as generate.negatives.0"},
		{"model and models", small + "generate: {negatives: [{strategy: a, model: writer, models: [writer]}]}", "generate.negatives.0.models: model is given too"},
		{"an unknown one of models", small + "generate: {negatives: [{strategy: a, models: [writer, writr]}]}", `generate.negatives.0.models.1: there is no model "writr"; did you mean writer?`},
		{"a model twice", small + "generate: {negatives: [{strategy: a, models: [writer, writer]}]}", `generate.negatives.0.models.1: "writer" is named twice`},
		{"shares without models", small + "generate: {negatives: [{strategy: a, shares: [1]}]}", "generate.negatives.0.shares: there are no models to share"},
		{"too few shares", small + "generate: {negatives: [{strategy: a, models: [writer, judge_small], shares: [1]}]}", "generate.negatives.0.shares: 1 shares for 2 models"},
		{"shares that are no whole", small + "generate: {negatives: [{strategy: a, models: [writer, judge_small], shares: [0.5, 0.2]}]}", "the shares sum to 0.7, not to 1"},
		{"a share above 1", small + "generate: {negatives: [{strategy: a, models: [writer, judge_small], shares: [1.5, -0.5]}]}", "generate.negatives.0.shares.0: 1.5 is out of range; use 0 to 1"},
		{"models for rules", small + "generate: {negatives: [{strategy: a, variant: rules, models: [writer]}]}", "generate.negatives.0.models: a-rules makes its texts by rules and asks no model"},
		{"no such variant", small + "generate: {negatives: [{strategy: a, variant: elicted}]}", `generate.negatives.0.variant: "elicted" is not known here; did you mean elicited?`},
		{"no variants at all", small + "generate: {negatives: [{strategy: m, variant: x}]}", `generate.negatives.0.variant: "m" has no variants; leave it out`},
		{"a model for what asks none", small + "generate: {negatives: [{strategy: m, model: writer}]}", "generate.negatives.0.model: m finds passages of the corpus and asks no model; leave it out"},
		{"a prompt for what asks none", small + "generate: {negatives: [{strategy: m, prompt: p}]}", "generate.negatives.0.prompt: m finds passages"},
		{"a model for rules", small + "generate: {negatives: [{strategy: a, variant: rules, model: writer}]}", "generate.negatives.0.model: a-rules makes its texts by rules and asks no model"},
		{"ranks the wrong way round", small + "generate: {negatives: [{strategy: m, from: 9, to: 5}]}", "generate.negatives.0.to: 5 is out of range; use 9 to 1000"},
		{"more texts than ranks", small + "generate: {negatives: [{strategy: m, from: 11, to: 13, count: 4}]}", "generate.negatives.0.count: 4 texts can't be found in the 3 ranks from 11 to 13"},
		{"more texts than ranks, the remedy", small + "generate: {negatives: [{strategy: m, from: 11, to: 13, count: 4}]}", "lower generate.negatives.0.count to 3, or widen it by generate.negatives.0.from or generate.negatives.0.to"},
		{"more texts than a walk has", "corpus: {fields: {links: x}}\n" + small + "generate: {negatives: [{strategy: l, encoder: writer, paths: 2, length: 2, count: 6}]}", "generate.negatives.0.count: 6 texts can't be found in the 5 passages of 2 paths of 2 and the one that is drawn"},
		{"ranks from 0", small + "generate: {negatives: [{strategy: m, from: -1}]}", "generate.negatives.0.from: -1 is out of range; use 1 to 1000"},
		{"ranks where nothing is ranked", small + "generate: {negatives: [{strategy: a, to: 5}]}", "generate.negatives.0.to: only a strategy that finds passages of the corpus takes ranks"},
		{"paths where nothing is followed", small + "generate: {negatives: [{strategy: a, paths: 2}]}", "generate.negatives.0.paths: only a strategy that follows links takes it"},
		{"no links to follow", small + "generate: {negatives: [{strategy: l, encoder: writer}]}", `generate.negatives.0.strategy: "l" follows links, and none are read; set corpus.fields.links`},
		{"too many paths", "corpus: {fields: {links: x}}\n" + small + "generate: {negatives: [{strategy: l, encoder: writer, paths: 21}]}", "generate.negatives.0.paths: 21 is out of range; use 1 to 20"},
		{"ranks of links", "corpus: {fields: {links: x}}\n" + small + "generate: {negatives: [{strategy: l, encoder: writer, to: 9}]}", "generate.negatives.0.to: a strategy that follows links has no ranks"},
		{"no encoder", "corpus: {fields: {links: x}}\n" + small + "generate: {negatives: [{strategy: l}]}", "generate.negatives.0.encoder: is missing"},
		{"the same ranks twice", small + "generate: {negatives: [{strategy: m}, {strategy: m, from: 1, to: 100}]}", "generate.negatives.1: same "},
		{"no judge", small + "judge: {cascade: []}", "judge.cascade: has no judge"},
		{"a judge without a model", small + "judge: {cascade: [{slate: 1}]}", "judge.cascade.0.model: is missing; name one of models"},
		{"slate 26", small + "judge: {cascade: [{model: writer, slate: 26}]}", "use 1 to 25"},
		{"forward", small + "judge: {cascade: [{model: writer, forward: querry}]}", "judge.cascade.0.forward: \"querry\" is not known here; did you mean query?"},
		{"combine", small + "judge: {cascade: [{model: writer, combine: majorty}]}", "judge.cascade.0.combine: \"majorty\" is not known here; did you mean majority?"},
		{"a judge beside itself", small + "judge: {cascade: [{model: writer, also: [{model: writer}]}]}", "judge.cascade.0.also.0: same model and prompt as judge.cascade.0"},
		{"no such model beside", small + "judge: {cascade: [{model: writer, also: [{model: writr, prompt: rlhn}]}]}", "judge.cascade.0.also.0.model: there is no model \"writr\""},
		{"a pair and more", small + "judge: {cascade: [{model: writer, prompt: two-prompt, also: [{model: writer, prompt: rlhn}]}]}", "leave out also"},
		{"audit of the last judge", small + "judge: {cascade: [{model: writer, audit: 0.02}]}", "judge.cascade.0.audit: there is no judge after this one"},
		{"audit above 1", small + "judge: {cascade: [{model: writer, audit: 2}, {model: writer, prompt: rlhn}]}", "judge.cascade.0.audit: 2 is out of range; use 0 to 1"},
		{"again_by", small + "judge: {cascade: [{model: writer, again_by: swop}]}", "\"swop\" is not known here; did you mean swap?"},
		{"a margin without a positive's score", small + "judge: {positives: false}\nrelabel: {margin: 0.01}", "relabel.margin: there is no score of the passages"},
		{"a margin above 1", small + "relabel: {margin: 1.5}", "relabel.margin: 1.5 is out of range; use 0 to 1"},
		{"a policy of nobody", small + "relabel: {policy: softt}", "did you mean soft?"},
		{"forward_at 4", small + "judge: {cascade: [{model: writer, forward_at: 4}]}", "use 0 to 3"},
		{"positive_at -1", small + "judge: {positive_at: -1}", "use 0 to 3"},
		{"long relevance", small + "judge: {relevance: " + strings.Repeat("ü", 2001) + "}", "has 2001 characters; at most 2000"},
		{"unknown policy", small + "relabel: {policy: remove-queries}", "did you mean remove-query?"},
		{"unknown ambiguous", small + "relabel: {ambiguous: dropp}", "did you mean drop?"},
		{"grades that cross", small + "relabel: {negative_at: 2, false_negative_at: 2}", "2 is not above negative_at"},
		{"split", small + "export: {split: {train: 0.5}}", "the shares sum to 0.6, not to 1"},
		{"split above 1", small + "export: {split: {train: 1.5}}", "export.split.train: 1.5 is out of range; use 0 to 1"},
		{"pick", small + "export: {pick: random}", "export.pick: \"random\""},
		{"a format twice", small + "export: {formats: [hf, hf]}", `export.formats.1: "hf" is named twice`},
		{"unknown format", small + "export: {formats: [hff]}", `export.formats.0: "hff" is not known here; did you mean hf?`},
		{"negatives 0", small + "export: {negatives: 0}", "export.negatives: 0 is out of range"},
		{"key that is no text", "? [a]\n: b", "a key must be a text"},
		{"empty name of a model", "models: {'': {}}", "a key must be a text"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := load([]byte(tc.text), Sources{File: "config.yaml", Formats: []string{"hf", "jsonl"}, Strategies: []StrategyKind{{Name: "a", Variants: map[string]string{"elicited": "a-elicited", "rules": ""}}, {Name: "m", Mines: true}, {Name: "l", Mines: true, Encodes: true, Walks: true}}})
			wantProblem(t, err, tc.want)
			for _, canary := range []string{"012345", "hunter2", ":pw@"} {
				if strings.Contains(err.Error(), canary) {
					t.Errorf("the error shows the secret: %v", err)
				}
			}
		})
	}
}

func TestOneFaultIsOneProblem(t *testing.T) {
	for _, text := range []string{"models: []", with("provider: [openai]"), with("concurrency: many"), small + "export: {split: {train: x}}",
		"models: {writer: 5, judge_small: {}, judge_large: {}}", small + "judge: {cascade: [5]}", small + "relabel: {negative_at: 9}"} {
		_, err := loaded(t, text)
		if es, ok := err.(Errors); !ok || len(es) != 1 {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAccepted(t *testing.T) {
	for name, text := range map[string]string{
		"C14 texts stay texts":        small + "corpus: {language: no}\nexport: {license: 1.10}",
		"a path that begins like sk-": small + "corpus: {path: [sk-wikipedia-20240101-dump.jsonl]}",
		"duration 0 without a unit":   small + "run: {budget: {wall: 0}}",
		"no corpus":                   small + "corpus: {path: []}",
		"no negatives, no formats":    small + "generate: {negatives: []}\nexport: {formats: []}",
		"one judge twice":             small + "judge: {cascade: [{model: writer}, {model: writer}]}",
		"sections without keys":       small + "run:\ncorpus:\ngenerate: {queries: }",
		"no key":                      with("provider: openai, model: x, base_url: 'http://127.0.0.1:8000/v1/', api_key: ''"),
		"split in thirds":             small + "export: {split: {train: 0.3333333333, validation: 0.3333333333, test: 0.3333333334}}",
		"budget with tokens too":      with("provider: openai, model: gpt-5") + "run: {budget: {usd: 5, tokens: 1}}",
	} {
		t.Run(name, func(t *testing.T) { mustLoad(t, text) })
	}
	c := mustLoad(t, small+"corpus: {language: no}\nexport: {license: 1.10}")
	if c.Corpus.Language != "no" || c.Export.License != "1.10" {
		t.Errorf("got %q %q", c.Corpus.Language, c.Export.License)
	}
}

func TestWarnings(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte("abcdefgh"), 0o644); err != nil {
		t.Fatal(err)
	}
	online := func(writer, judge string) string {
		return "models:\n  writer: {provider: openai, model: gpt-5, " + writer + "}\n  j: {" + judge + "}\njudge: {cascade: [{model: j}]}\n"
	}
	other := "provider: openai, model: m"
	for _, tc := range []struct {
		name, text, want string
		env              []string
	}{
		{"C5 variable set but empty", online("api_key: env:MY", other), "environment variable MY, which models.writer refers to, is set but empty", []string{"MY="}},
		{"secret file that others can read", online("api_key: 'file:"+key+"'", other), "can be read by others (mode 0644); chmod 600", nil},
		{"C7 price per thousand", online("price: {input: 0.00015}", other), "check that it is not per thousand", nil},
		{"C6 price of another host", online("base_url: 'https://h/v1'", other+", price: {input: 1}") + "run: {budget: {usd: 1}}", "run.budget.usd does not see its calls", nil},
		{"C10 key over plain http", online("base_url: 'http://h/v1', allow_plaintext: true", other), "the key goes to http://h/v1 unencrypted", []string{"OPENAI_API_KEY=abcdefgh"}},
		{"C12 two context sizes", "models: {writer: {}, j: {provider: ollama, model: 'q:1'}, k: {provider: ollama, model: 'q:1', num_ctx: 4096}}\njudge: {cascade: [{model: j}, {model: k}]}", "different num_ctx", nil},
		{"C16 a judge of the writer's family", online("", "provider: openai, model: OpenAI/gpt-5-mini"), "models.j (OpenAI/gpt-5-mini) judges what models.writer (gpt-5) wrote, a model of its own family", nil},
		{"C15 floating name", online("", "provider: openai, model: chat-latest"), "models.j.model: what chat-latest stands for can change", nil},
		{"C15 ollama without a tag", online("", "provider: ollama, model: qwen"), "what qwen stands for can change", nil},
		{"C16 judge is the writer", online("", "provider: openai, model: gpt-5"), "models prefer their own texts", nil},
		{"offline judge of a model", online("", ""), "models.j is offline", nil},
		{"temperature 0, several queries", online("temperature: 0", other) + "generate: {queries: {per_passage: 2}}", "the queries of a passage will be alike", nil},
		{"provider forgotten", "models: {writer: {base_url: 'http://a'}, judge_small: {}, judge_large: {}}", "models.writer has no provider, so it is offline", nil},
		{"ollama with /v1", online("", "provider: ollama, model: 'q:1', base_url: 'http://a/v1'"), "leave out /v1", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := load([]byte(tc.text), Sources{File: "config.yaml", Environ: tc.env})
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], tc.want) {
				t.Errorf("warnings: %q", c.Warnings)
			}
		})
	}
	for name, text := range map[string]string{
		"offline judges offline":  small,
		"local http with a key":   online("base_url: 'http://127.0.0.1:1/v1'", other),
		"plain http without keys": online("base_url: 'http://h/v1', api_key: ''", other),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := load([]byte(text), Sources{File: "config.yaml", Environ: []string{"OPENAI_API_KEY=abcdefgh"}})
			if err != nil || len(c.Warnings) > 0 {
				t.Errorf("%v, warnings %q", err, c.Warnings)
			}
		})
	}
}

func TestAKeyIsNotSentOverAPlainConnection(t *testing.T) {
	env := []string{"OPENAI_API_KEY=abcdefgh", "AUTH=Bearer x"}
	with := func(model string) string {
		return "models:\n  writer: {provider: openai, model: m, " + model + "}\n  j: {}\njudge: {cascade: [{model: j}]}\n"
	}
	for _, model := range []string{"base_url: 'http://api.example.com/v1'", "base_url: 'http://10.0.0.7/v1'", "base_url: 'http://gpu:8000/v1'", "base_url: 'http://gpu.local/v1'",
		"base_urls: ['https://a/v1', 'HTTP://b/v1']", "base_url: 'http://h/v1', api_key: '', headers: {X-Auth: 'env:AUTH'}"} {
		_, err := load([]byte(with(model)), Sources{File: "config.yaml", Environ: env})
		wantProblem(t, err, "unencrypted; use https")
	}
	for _, model := range []string{"base_url: 'http://127.0.0.1:1/v1'", "base_url: 'http://localhost/v1'", "base_url: 'https://h/v1'", "base_url: 'http://h/v1', api_key: ''",
		"base_url: 'http://h/v1', allow_plaintext: true"} {
		if _, err := load([]byte(with(model)), Sources{File: "config.yaml", Environ: env}); err != nil {
			t.Errorf("%s: %v", model, err)
		}
	}
}
