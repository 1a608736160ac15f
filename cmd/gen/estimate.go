package main

import (
	"context"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/corpus"
	"hardneg/internal/llm"
	"hardneg/judge"
	"hardneg/prompts"
	"hardneg/store"
)

// surveyed is what a look at the corpus says.
type surveyed struct {
	passages, ownPassages, ownQueries int64
	chars                             float64 // mean of a passage with its title
	words                             float64 // mean
	card                              generate.StyleCard
	first                             hardneg.Passage
}

// surveySample is how many passages of each file are looked at closely; the others are only counted.
const surveySample = 400

// survey reads the corpus; nothing is written.
func survey(ctx context.Context, cfg *config.Config) (surveyed, error) {
	var out surveyed
	paths, err := corpus.Expand(cfg.Corpus.Path)
	if err != nil {
		return out, err
	}
	var features []generate.Features
	for _, path := range paths {
		fs, err := out.file(ctx, cfg, path)
		if err != nil {
			return out, err
		}
		features = append(features, fs...)
	}
	if out.passages == 0 {
		return out, usage("set corpus.path", "corpus.path names no passages")
	}
	out.chars /= float64(out.passages)
	out.words = out.chars / 6
	out.card = generate.NewStyleCard(features)
	return out, nil
}

func (s *surveyed) file(ctx context.Context, cfg *config.Config, path string) ([]generate.Features, error) {
	f := cfg.Corpus.Fields
	src, err := corpus.Open(path, corpus.Options{Format: cfg.Corpus.Format, Fields: corpus.Fields{ID: f.ID, Title: f.Title, Text: f.Text}})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var features []generate.Features
	for rec, err := range src.Passages() {
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if s.passages == 0 {
			s.first = rec.Passage
		}
		s.passages++
		s.chars += float64(len(prompts.PassageText(rec.Passage.Title, rec.Passage.Text)))
		if len(features) < surveySample {
			features = append(features, generate.FeaturesOf(rec.Passage))
		}
	}
	return features, s.own(src)
}

// own counts the queries of the user's own and the passages that they spare from generation.
func (s *surveyed) own(src *corpus.Source) error {
	if !src.HasQueries() {
		return nil
	}
	first := map[string]string{}
	for j, err := range src.Judgements() {
		if err != nil {
			return err
		}
		if p, ok := first[j.QueryID]; j.Grade > 0 && (!ok || j.PassageID < p) {
			first[j.QueryID] = j.PassageID
		}
	}
	passages := map[string]bool{}
	for _, p := range first {
		passages[p] = true
	}
	s.ownQueries += int64(len(first))
	s.ownPassages += int64(len(passages))
	return nil
}

// forwardedShare is the share of texts that a judge is assumed to pass on, by forward_at, where nothing was measured. In
// a small pilot with a strong model its negatives were graded 1 in nine cases of ten, and above that hardly ever.
var forwardedShare = [...]float64{1, 0.9, 0.1, 0.05}

// estimates says what each stage will take. Prompts are measured by rendering one; replies by what is asked for.
func (s surveyed) estimates(p *parts, measured map[string]store.Spend) []estimate {
	queries := (s.passages-s.ownPassages)*int64(p.queries.PerPassage) + s.ownQueries
	var out []estimate
	add := func(stage, role string, m llm.Settings, items, calls int64, in, reply float64) {
		out = append(out, s.estimate(p, stage, role, m, items, calls, in, reply, measured[stage+" "+role]))
	}
	q := p.queries
	written := queries - s.ownQueries
	add(stageQueries, p.cfg.Generate.Queries.Model, q.Settings, written, written, float64(len(q.System))+s.chars+400, 60)
	if p.verify != nil {
		for i, step := range p.verify.Steps {
			calls := queries
			if i > 0 {
				calls = queries / 10
			}
			add(stageVerify, step.Judge.Name, step.Judge.Settings, queries, calls, gradeChars(step, 1, s.chars), 14)
		}
	}
	slots := int64(0)
	for i, st := range p.negatives.Strategies {
		slots += int64(st.Count)
		add(stageNegatives, p.cfg.Generate.Negatives[i].Model, st.Writer.Settings, queries*int64(st.Count), queries,
			float64(len(st.Writer.System))+500, float64(st.Count)*(s.chars+150)+400)
	}
	share := 1.0
	for _, step := range p.cascade.Steps {
		texts := min(float64(step.Judge.Slate), float64(slots)*share)
		calls := int64(float64(queries)*min(1, float64(slots)*share/max(texts, 1)) + 0.5)
		if texts < 1 {
			calls, texts = int64(float64(queries)*texts), 1
		}
		slates := (slots + int64(step.Judge.Slate) - 1) / int64(step.Judge.Slate)
		add(stageJudge, step.Judge.Name, step.Judge.Settings, int64(float64(queries*slots)*share), max(calls, queries*slates*int64(share)), gradeChars(step, texts, s.chars), 14*texts)
		share *= forwardedShare[step.ForwardAt]
	}
	return out
}

func gradeChars(step judge.Step, texts, chars float64) float64 {
	return float64(len(step.Judge.System)+len(judge.Schema(int(texts)).JSON)) + 300 + texts*(chars+80)
}

func (s surveyed) estimate(p *parts, stage, role string, m llm.Settings, items, calls int64, in, reply float64, was store.Spend) estimate {
	e := estimate{Type: "stage", Stage: stage, Role: role, Model: m.Model, Items: items, Calls: calls, Prompt: int64(in / 4 * float64(calls)), Completion: int64(reply / 4 * float64(calls))}
	if was.OK > 0 {
		e.Measured = was.OK
		e.Prompt = was.Usage.Prompt * calls / was.OK
		e.Completion = was.Usage.Completion * calls / was.OK
		e.Seconds = float64(was.Latency) / 1e6 / float64(was.OK) * float64(calls) / float64(p.cfg.Models[role].Concurrency)
	}
	e.Cost = p.cfg.Models[role].Price.Cost(hardneg.Usage{Prompt: e.Prompt, Completion: e.Completion}).Dollars()
	return e
}
