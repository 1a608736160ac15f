package main

import (
	"cmp"
	"fmt"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/store"
)

const (
	noScoreHint      = "stage verify gives the source passage its score (judge.positives: true, then `gen run`); other formats need none"
	noSimilarityHint = "judge.similarity.encoder names the model that gives it, then `gen run` (`gen retry --stage judge` first where the encoder refused a text; " +
		"`gen status` counts them); --where 'similarity>=-1' leaves out the negatives that have none, and export.scores: judge needs none"
)

// checkScores refuses formats that need a score of every text where nothing gives it.
func checkScores(cfg *config.Config, formats []string) error {
	if cfg.Export.Scores == export.ScoresDense {
		if cfg.Judge.Similarity.Encoder == "" {
			return fmt.Errorf("scores: dense: %w, and judge.similarity.encoder is not set", export.ErrNoSimilarity)
		}
		return nil
	}
	for _, f := range formats {
		if !cfg.Judge.Positives && export.NeedsScores(f) {
			return fmt.Errorf("export %s: %w, and judge.positives is false", f, export.ErrNoScore)
		}
	}
	return nil
}

// sameEncoder refuses to give the similarities by another encoder than the config names, or none where it names one.
func (e *exporter) sameEncoder(p *parts) error {
	role := e.cfg.Judge.Similarity.Encoder
	if role == "" {
		return nil
	}
	of := func(rs []store.Recipe) (own hardneg.Key) {
		for _, r := range rs {
			if r.Stage == stageSimilarity {
				own = r.Own
			}
		}
		return own
	}
	if of(p.recipes()) != of(e.recipes) {
		return usage("`gen run` makes them, and asks for nothing else; judge.similarity: {encoder: \"\"} exports without them",
			"judge.similarity.encoder is %s, and the run has no similarities by that encoder as it is configured", role)
	}
	return nil
}

// scoreOrder compares texts by falling scores of a kind. One without a similarity comes last: it is refused where that is the score.
func scoreOrder(scores string) func(a, b hardneg.Text) int {
	if scores != export.ScoresDense {
		return func(a, b hardneg.Text) int { return cmp.Compare(b.Score, a.Score) }
	}
	similarity := func(t hardneg.Text) float64 {
		if t.Similarity == nil {
			return -2
		}
		return *t.Similarity
	}
	return func(a, b hardneg.Text) int { return cmp.Compare(similarity(b), similarity(a)) }
}

// scoresText says whose scores an export has.
func scoresText(cfg *config.Config) string {
	by := "of the judges, 0-1"
	role := cfg.Judge.Similarity.Encoder
	if cfg.Export.Scores == export.ScoresDense {
		by = fmt.Sprintf("cosines of query and text, -1 to 1, by the encoder %s", encoderText(cfg.Models[role]))
	}
	return by
}

// encoderText names an encoder with what decides its vectors.
func encoderText(m config.Model) string {
	out := m.Name()
	if m.QueryPrefix != "" || m.PassagePrefix != "" {
		out += fmt.Sprintf(" (prefixes %q and %q)", m.QueryPrefix, m.PassagePrefix)
	}
	if m.Dimensions > 0 {
		out += fmt.Sprintf(", %d dimensions", m.Dimensions)
	}
	return out
}
