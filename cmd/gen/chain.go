package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/judge"
	"hardneg/store"
)

// The stages in their order.
const (
	stageQueries   = "queries"
	stageVerify    = "verify"
	stageNegatives = "negatives"
	stageJudge     = "judge"
	stageRelabel   = "relabel"
	stageExport    = "export"
)

var allStages = []string{stageQueries, stageVerify, stageNegatives, stageJudge, stageRelabel, stageExport}

// recipes are what decides the outcomes of each stage: everything that would change an answer, and nothing that would not (endpoints,
// limits, directories). Each is chained to the one before it.
func (p *parts) recipes() []store.Recipe {
	var out []store.Recipe
	var before hardneg.Key
	add := func(stage string, about string, own ...string) {
		k := hardneg.KeyOf(append([]string{stage}, own...)...)
		before = hardneg.KeyOf(before.String(), k.String())
		out = append(out, store.Recipe{Stage: stage, Own: k, Hash: before, About: about})
	}
	seed := strconv.FormatInt(p.cfg.Run.Seed, 10)
	asked, decides := p.queriesRecipe(seed, strconv.Itoa(p.queries.PerPassage))
	add(stageQueries, asked, decides...)
	if p.verify != nil {
		about, own := cascadeRecipe(p.verify, false)
		add(stageVerify, about+fmt.Sprintf(", positive at %d", p.cfg.Judge.PositiveAt), append(own, seed, strconv.Itoa(p.cfg.Judge.PositiveAt))...)
	}
	var about, own []string
	for i := range p.negatives.Strategies {
		says, decides := p.entryRecipe(&p.negatives.Strategies[i])
		about, own = append(about, says), append(own, decides...)
	}
	add(stageNegatives, strings.Join(about, "; "), append(own, seed, p.card.Hash())...)
	cascade, judgeOwn := cascadeRecipe(p.cascade, true)
	add(stageJudge, cascade, append(judgeOwn, seed)...)
	judged := before
	rules, err := json.Marshal(p.rules)
	if err != nil {
		panic(err) // plain values
	}
	add(stageRelabel, p.rules.Policy, string(rules))
	if p.similarity != nil {
		k := hardneg.KeyOf(stageSimilarity, p.similarity.String())
		out = append(out, store.Recipe{Stage: stageSimilarity, Own: k, Hash: hardneg.KeyOf(judged.String(), k.String()), After: stageJudge,
			About: "cosines by " + p.similarity.Model})
	}
	return out
}

// strategyRecipe is what decides the texts of one strategy: the model and what it is asked, or the corpus,
// or rules.
func (p *parts) strategyRecipe(s generate.Strategy) (about string, own []string) {
	if s.Mine != nil {
		return fmt.Sprintf("%s, %s of corpus %s, %d a query", s.Name, s.Own, p.stamp[:min(8, len(p.stamp))], s.Count), []string{s.Name, s.Own, p.stamp, strconv.Itoa(s.Count)}
	}
	if s.Writer == nil {
		return fmt.Sprintf("%s, %d a query", s.Name, s.Count), []string{s.Name, s.Own, strconv.Itoa(s.Count)}
	}
	about = fmt.Sprintf("%s by %s, prompt %s, %d a query", s.Name, s.Writer.Settings.Model, s.Writer.Prompt.ID(), s.Count)
	own = []string{s.Name, s.Writer.Settings.String(), s.Writer.Prompt.Hash, s.Writer.System, strconv.Itoa(s.Count)}
	if s.Own != "" {
		own = append(own, s.Own)
	}
	for _, c := range s.Checks {
		about += fmt.Sprintf(", checked by %s, prompt %s", c.Settings.Model, c.Prompt.ID())
		own = append(own, c.Settings.String(), c.Prompt.Hash, c.System)
	}
	if s.Corpus {
		about, own = about+", from corpus "+p.stamp[:min(8, len(p.stamp))], append(own, p.stamp)
	}
	return about, own
}

func cascadeRecipe(c *judge.Cascade, slates bool) (about string, own []string) {
	var names []string
	for _, s := range c.Steps {
		var panel []string
		for _, j := range s.Judges() {
			panel = append(panel, j.Settings.Model+" (prompt "+j.Prompt.ID()+")")
		}
		names = append(names, strings.Join(panel, " and "))
		own = append(own, s.Judge.Settings.String(), s.Judge.Prompt.Hash, s.Judge.System)
		own = append(own, s.Panel()...)
		if slates {
			own = append(own, strconv.Itoa(s.Judge.Slate), strconv.Itoa(s.ForwardAt))
			own = append(own, s.Extras()...)
		}
	}
	return strings.Join(names, " then "), own
}

// plan is what `gen status` needs to know of the config a run was started with.
type plan struct {
	Chain      []string `json:"chain"` // recipe hashes
	PerPassage int      `json:"per_passage"`
	Slots      int      `json:"slots"`
	Pools      []int    `json:"pools,omitempty"` // spares among them, by entry; nil: none has any
	Grown      bool     `json:"grown,omitempty"` // a pool was raised: finished queries have got further texts
	Verify     bool     `json:"verify"`
	Version    string   `json:"version"`
}

func (p *parts) plan(rs []store.Recipe) plan {
	out := plan{PerPassage: p.queries.PerPassage, Verify: p.verify != nil, Version: version}
	for i := range p.negatives.Strategies {
		s := &p.negatives.Strategies[i]
		out.Slots += s.Slots()
		out.Pools = append(out.Pools, s.Pool)
	}
	if !slices.ContainsFunc(out.Pools, func(n int) bool { return n > 0 }) {
		out.Pools = nil
	}
	for _, r := range rs {
		out.Chain = append(out.Chain, r.Hash.String())
	}
	return out
}

// noRecipe is the id of recipes that are not kept yet, which no outcome has.
const noRecipe = -1

// firstPlan is the plan of a run that was never started, as this config would start it.
func firstPlan(cfg *config.Config) (plan, []store.Recipe) {
	p := plan{PerPassage: cfg.Generate.Queries.PerPassage, Verify: cfg.Judge.Positives, Version: version}
	for _, s := range cfg.Generate.Negatives {
		p.Slots += s.Count + s.Pool
	}
	var rs []store.Recipe
	for _, stage := range allStages {
		if stage != stageExport && (stage != stageVerify || p.Verify) {
			rs = append(rs, store.Recipe{ID: noRecipe, Stage: stage})
		}
	}
	return p, rs
}

// fingerprint names the chain of everything that was paid for: all stages but relabel.
func fingerprint(rs []store.Recipe) string {
	for i := len(rs) - 1; i >= 0; i-- {
		if rs[i].Stage == stageJudge {
			return rs[i].Hash.String()
		}
	}
	return ""
}

// storedPlan reads the plan of a run; ok is false if it was never started.
func storedPlan(ctx context.Context, st *store.Store) (plan, []store.Recipe, bool, error) {
	var p plan
	b, err := st.Meta(ctx, "plan")
	if err != nil || b == nil {
		return p, nil, false, err
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return p, nil, false, &store.Error{Op: "read the plan", Err: err}
	}
	var rs []store.Recipe
	for _, h := range p.Chain {
		k, err := hardneg.ParseKey(h)
		if err != nil {
			return p, nil, false, &store.Error{Op: "read the plan", Err: err}
		}
		r, err := st.FindRecipe(ctx, k)
		if err != nil {
			return p, nil, false, err
		}
		rs = append(rs, r)
	}
	return p, rs, true, nil
}

// redo is what a changed config would do again.
type redo struct {
	Stage string
	Items int64
	Cost  hardneg.USD
	Calls int64
}

// wouldRedo compares a new chain with the one of the run, stage by stage.
func wouldRedo(ctx context.Context, st *store.Store, old, now []store.Recipe) ([]redo, error) {
	finished, err := finishedItems(ctx, st)
	if err != nil {
		return nil, err
	}
	spend, err := st.Spending(ctx)
	if err != nil {
		return nil, err
	}
	byStage := map[string]store.Recipe{}
	for _, r := range now {
		byStage[r.Stage] = r
	}
	var out []redo
	for _, o := range old {
		n := byStage[o.Stage]
		if o.Stage == stageRelabel || o.Hash == n.Hash {
			continue
		}
		known, err := st.FindRecipe(ctx, n.Hash)
		if err != nil {
			return nil, err
		}
		r := redo{Stage: o.Stage, Items: finished[o.ID] - finished[known.ID]}
		if r.Items <= 0 || n.Stage == "" {
			continue
		}
		if o.Own != n.Own {
			r.Calls, r.Cost = stageSpend(spend, o.Stage)
		}
		out = append(out, r)
	}
	return out, nil
}

func finishedItems(ctx context.Context, st *store.Store) (map[int64]int64, error) {
	tallies, err := st.Tallies(ctx)
	if err != nil {
		return nil, err
	}
	out := map[int64]int64{}
	for _, t := range tallies {
		if t.Recipe != 0 && (t.Outcome == hardneg.Done || t.Outcome == hardneg.Rejected) {
			out[t.Recipe] += t.N
		}
	}
	return out, nil
}

func stageSpend(spend []store.Spend, stage string) (calls int64, cost hardneg.USD) {
	for _, s := range spend {
		if s.Stage == stage {
			calls += s.OK
			cost += s.Cost
		}
	}
	return calls, cost
}
