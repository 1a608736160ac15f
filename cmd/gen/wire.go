package main

import (
	"context"
	"fmt"
	"strings"

	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/llm"
	"hardneg/judge"
	"hardneg/prompts"
	"hardneg/relabel"
	"hardneg/store"
)

// stageRank gives free slots to later stages first: work is finished before new work is begun.
var stageRank = map[string]int{stageQueries: 0, stageVerify: 1, stageNegatives: 2, stageJudge: 3}

// parts are the configured parts of the pipeline. Clients are put in by connect, when calls are to be made.
type parts struct {
	cfg        *config.Config
	prompts    *prompts.Set
	card       generate.StyleCard
	queries    *generate.Queries
	verify     *judge.Cascade // nil if judge.positives is off
	negatives  *generate.Negatives
	library    *generate.Library // of the strategies that mine; it gets its corpus when the run begins
	stamp      string            // of the corpus, see stampOfAll
	cascade    *judge.Cascade
	plain      *judge.Cascade // the same with judges that need nothing to compare with
	rules      relabel.Rules
	declared   declarations
	writers    map[string][]*generate.Writer // by role
	encoders   map[string]*generate.Encoder
	similarity *generate.Encoder // of these, the one that queries and judged texts are compared by; nil: they are not
	judges     map[string][]*judge.Judge
	batch      *batching // nil: every model is asked one by one
	providers  serving   // nil: newProviders
	weights    *weights  // nil: they are not looked at
	turns      turns     // of the models that are asked one by one; nil: there are none
}

// newParts renders the static prompts and puts the parts together as the config says.
func newParts(cfg *config.Config, card generate.StyleCard, declared declarations) (*parts, error) {
	set, err := prompts.Load(cfg.Prompts.Dir)
	if err != nil {
		return nil, &failure{code: exitUsage, err: err, hint: "`gen prompt show NAME` prints a built-in one to start from"}
	}
	p := &parts{cfg: cfg, prompts: set, card: card, rules: rulesOf(cfg), declared: declared, library: &generate.Library{Dir: cfg.Run.Dir}, encoders: map[string]*generate.Encoder{}, writers: map[string][]*generate.Writer{}, judges: map[string][]*judge.Judge{}}
	if err := p.newQueries(); err != nil {
		return nil, err
	}
	if err := p.addNegatives(); err != nil {
		return nil, err
	}
	if p.cascade, err = p.newCascade(); err != nil {
		return nil, err
	}
	if p.plain, err = p.newPlain(); err != nil {
		return nil, err
	}
	if cfg.Judge.Positives {
		p.verify = p.plain
	}
	if role := cfg.Judge.Similarity.Encoder; role != "" {
		p.similarity = p.encoder(role)
	}
	return p, nil
}

func (p *parts) template(name string) (*prompts.Template, string, error) {
	return p.templateWith(name, prompts.Static{})
}

// templateWith renders the static part of a template with what all have and what is given.
func (p *parts) templateWith(name string, static prompts.Static) (*prompts.Template, string, error) {
	t, err := p.prompts.Get(name)
	if err != nil {
		return nil, "", &failure{code: exitUsage, err: err, hint: "`gen prompt list` shows them; prompts.dir adds your own"}
	}
	static.Relevance, static.Style = p.cfg.Judge.Relevance, p.card.Describe()
	system, err := t.System(static)
	if err != nil {
		return nil, "", &failure{code: exitUsage, err: fmt.Errorf("prompt %s: %w", name, err)}
	}
	return t, system, nil
}

func (p *parts) writer(role, prompt string) (*generate.Writer, error) {
	return p.writerWith(role, prompt, prompts.Static{})
}

func (p *parts) writerWith(role, prompt string, static prompts.Static) (*generate.Writer, error) {
	t, system, err := p.templateWith(prompt, static)
	if err != nil {
		return nil, err
	}
	settings, err := p.settings(role)
	if err != nil {
		return nil, err
	}
	w := &generate.Writer{Settings: settings, Prompt: t, System: system, Seed: p.cfg.Run.Seed}
	p.writers[role] = append(p.writers[role], w)
	return w, nil
}

func rulesOf(cfg *config.Config) relabel.Rules {
	r := cfg.Relabel
	return relabel.Rules{Policy: r.Policy, NegativeAt: r.NegativeAt, FalseNegativeAt: r.FalseNegativeAt, KeepAmbiguous: r.Ambiguous == "keep",
		GeneratedPositive: r.GeneratedPositive, MaxFalseNegatives: r.MaxFalseNegatives, Margin: r.Margin}
}

func settings(m config.Model) llm.Settings {
	return llm.Settings{Model: m.Name(), Temperature: m.Temperature, TopP: m.TopP, MaxTokens: m.MaxTokens, Think: m.Think, Extra: m.Extra}
}

// settings are those of a model, and what its replies are known by in this run.
func (p *parts) settings(role string) (s llm.Settings, err error) {
	s = settings(p.cfg.Models[role])
	s.Known, err = p.declared.of(p.cfg, role)
	return s, err
}

// roles are the models that the config uses.
func (p *parts) roles() []string {
	var out []string
	for name := range p.cfg.Models {
		if p.uses(name) {
			out = append(out, name)
		}
	}
	return out
}

// uses reports whether a part has a model.
func (p *parts) uses(role string) bool {
	return len(p.writers[role])+len(p.judges[role]) > 0 || p.encoders[role] != nil
}

// connect gives every part its client. Roles that use one model on the same endpoints share its governor.
func (p *parts) connect(ctx context.Context, env []string, calls llm.Recorder, budget *llm.Budget, notify func(string)) (map[string]*llm.Governor, error) {
	p.noteScoreless(notify)
	governors := map[string]*llm.Governor{}
	ceilings := map[string]int{}
	for _, role := range p.roles() {
		ceilings[governorKey(p.cfg.Models[role])] = max(ceilings[governorKey(p.cfg.Models[role])], p.cfg.Models[role].Concurrency)
	}
	for _, role := range p.roles() {
		m := p.cfg.Models[role]
		key := governorKey(m)
		if governors[key] == nil {
			governors[key] = llm.NewGovernor(llm.GovernorOptions{Concurrency: ceilings[key], RPM: m.RPM, TPM: m.TPM, Endpoints: len(m.Endpoints()), Patience: m.Patience})
		}
		serve := p.providers
		if serve == nil {
			serve = newProviders
		}
		providers, err := serve(m, role, env, p.cfg.Run.Seed, ceilings[key], notify)
		if err != nil {
			return nil, err
		}
		var same llm.Same
		if p.weights != nil {
			same = p.weights.same(m.Model, providers)
		}
		lp := llm.Parts{Same: same, Provider: providers[0], Others: providers[1:], Kind: m.Provider, Role: role, Calls: calls, Governor: governors[key], Budget: budget,
			Timeout: m.Timeout, Patience: m.Patience, Retries: m.Retries, Price: m.Price, Context: contextOf(m), Hard: hardOf(ctx), Notify: notify, Rank: stageRank}
		if e := p.encoders[role]; e != nil {
			e.Client = llm.Wrap(lp) // always asked at once
			continue
		}
		lp.Turns = p.turns[serverKey(m)]
		client := p.wrap(lp)
		for _, w := range p.writers[role] {
			w.Client = client
		}
		for _, j := range p.judges[role] {
			j.Client = client
		}
	}
	return governors, nil
}

// contextOf is the context of a model in tokens, 0 if it is not known.
func contextOf(m config.Model) int {
	if m.Provider == "ollama" {
		return m.NumCtx
	}
	return 0
}

func governorKey(m config.Model) string {
	return m.Provider + " " + strings.Join(m.Endpoints(), " ") + " " + m.File + " " + m.Model
}

// serving makes the providers of one model, one for each endpoint.
type serving func(m config.Model, role string, env []string, seed int64, concurrency int, notify func(string)) ([]llm.Provider, error)

// newProviders makes the providers of one model, one for each endpoint.
func newProviders(m config.Model, role string, env []string, seed int64, concurrency int, notify func(string)) ([]llm.Provider, error) {
	switch m.Provider {
	case "offline":
		return []llm.Provider{llm.NewOffline(seed)}, nil
	case "recorded":
		r, err := llm.NewRecorded(m.File, notify)
		if err != nil {
			return nil, usage("models."+role+".file names a JSONL file of recorded replies", "%v", err)
		}
		return []llm.Provider{r}, nil
	}
	o, err := providerOptions(m, role, env, concurrency, notify)
	if err != nil {
		return nil, err
	}
	var out []llm.Provider
	for _, endpoint := range m.Endpoints() {
		o.Endpoint = endpoint
		p, err := newServed(m.Provider, o)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func newServed(kind string, o llm.Options) (llm.Provider, error) {
	if kind == "ollama" {
		return llm.NewOllama(o)
	}
	return llm.NewOpenAI(o)
}

// providerOptions are what the endpoints of a model share.
func providerOptions(m config.Model, role string, env []string, concurrency int, notify func(string)) (llm.Options, error) {
	access, err := accessOf(m, role, env)
	return llm.Options{Access: access, Reload: func() (llm.Access, error) { return accessOf(m, role, env) }, NumCtx: m.NumCtx, Concurrency: concurrency,
		Notify: func(s string) { notify("models." + role + ": " + s) }}, err
}

// accessOf reads the key and the headers of a model from where the config says that they are.
func accessOf(m config.Model, role string, env []string) (llm.Access, error) {
	key, err := m.Key(env)
	if err != nil {
		return llm.Access{}, usage("set the variable or the file, or models."+role+".api_key", "models.%s: %v", role, err)
	}
	headers, err := m.SecretHeaders(env)
	if err != nil {
		return llm.Access{}, usage("", "models.%s.headers: %v", role, err)
	}
	secrets := []config.Secret{key}
	plain := map[string]string{}
	for name, s := range headers {
		plain[name] = s.Reveal()
		secrets = append(secrets, s)
	}
	return llm.Access{Key: key.Reveal(), Headers: plain, Redact: config.Redactor(secrets...)}, nil
}

// chainOf names the recipes in their places.
func chainOf(rs []store.Recipe) store.Chain {
	var c store.Chain
	for _, r := range rs {
		switch r.Stage {
		case stageQueries:
			c.Queries = r.ID
		case stageVerify:
			c.Verify = r.ID
		case stageNegatives:
			c.Negatives = r.ID
		case stageJudge:
			c.Judge = r.ID
		case stageRelabel:
			c.Relabel = r.ID
		case stageSimilarity:
			c.Similarity = r.ID
		}
	}
	return c
}
