package main

import (
	"context"

	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/corpus"
	"hardneg/prompts"
)

// surveyed is what a look at files of the corpus says.
type surveyed struct {
	passages, ownPassages     int64
	ownQueries, ownDuplicates int64          // those that the import takes, and how many of them it rejects as duplicates
	candidates                int64          // texts that come with these queries, which the judges are asked about
	several                   int64          // of these queries, those with a further positive among them
	chars                     float64        // mean of a passage with its title
	barred                    map[string]int // passages that no query is asked for, by reason
	longest                   []int          // characters of passages, of those that may be too long
	card                      generate.StyleCard
}

// surveySample is how many passages of each file are looked at closely; the others are only counted.
const surveySample = 400

// survey reads the whole corpus; nothing is written.
func survey(ctx context.Context, cfg *config.Config) (surveyed, error) {
	if tasksOf(cfg) > 0 {
		return surveyTasks(cfg, 0, func(string) bool { return true }), nil
	}
	paths, err := corpus.Expand(cfg.Corpus.Path, corpusOptions(cfg))
	if err != nil {
		return surveyed{}, err
	}
	v := surveyor{cfg: cfg, takes: func(string) bool { return true }}
	if err := v.prepare(paths); err != nil {
		return surveyed{}, err
	}
	for _, path := range paths {
		if _, err := v.file(ctx, path); err != nil {
			return surveyed{}, err
		}
	}
	if v.found.passages == 0 {
		return surveyed{}, usage("set corpus.path", "corpus.path names no passages")
	}
	return v.result(), nil
}

// surveyor looks at files one after another.
type surveyor struct {
	cfg      *config.Config
	takes    func(id string) bool // whether a passage is one that would be added
	stands   func(id string) bool // whether the run has it; nil: there is no run
	owned    map[string]bool      // passages with own queries: none is generated for them
	judged   map[string]bool      // passages that qrels of the files tell of, and whether the files have brought them yet
	found    surveyed
	chars    float64 // sum
	features []generate.Features
}

func (v *surveyor) result() surveyed {
	out := v.found
	if out.passages > 0 {
		out.chars = v.chars / float64(out.passages)
	}
	out.card = generate.NewStyleCard(v.features)
	return out
}

// openCorpus opens a file or folder of passages, with the names of fields that the config gives.
func openCorpus(cfg *config.Config, path, format string) (*corpus.Source, error) {
	o := corpusOptions(cfg)
	o.Format = format
	return corpus.Open(path, o)
}

// corpusOptions is how files of the corpus are read, but for their format.
func corpusOptions(cfg *config.Config) corpus.Options {
	c := cfg.Corpus
	return corpus.Options{Fields: corpus.Fields{ID: c.Fields.ID, Title: c.Fields.Title, Text: c.Fields.Text, Links: c.Fields.Links},
		Chunk: corpus.Chunk{MaxWords: c.Chunk.MaxWords, Overlap: c.Chunk.Overlap}, Hub: corpus.Hub{Config: c.Hub.Config, Split: c.Hub.Split}, IDs: corpus.IDs{Queries: c.IDs.Queries, Passages: c.IDs.Passages}}
}

// file looks at one file and says how many passages were taken from it.
func (v *surveyor) file(ctx context.Context, path string) (int64, error) {
	src, err := openCorpus(v.cfg, path, v.cfg.Corpus.Format)
	if err != nil {
		return 0, err
	}
	defer src.Close()
	before, looked := v.found.passages, 0
	if src.IsSet() {
		err := v.set(ctx, src)
		return v.found.passages - before, err
	}
	for rec, err := range src.Passages() {
		if err != nil {
			return 0, err
		}
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		if looked++; looked <= surveySample {
			v.features = append(v.features, generate.FeaturesOf(rec.Passage)) // of the whole corpus, whatever is taken
		}
		if !v.takes(rec.Passage.ID) {
			continue
		}
		v.found.passages++
		v.bar(rec.Passage)
		if _, ok := v.judged[rec.Passage.ID]; ok {
			v.judged[rec.Passage.ID] = true
		}
		v.chars += float64(len(prompts.PassageText(rec.Passage.Title, rec.Passage.Text)))
	}
	return v.found.passages - before, v.own(src)
}
