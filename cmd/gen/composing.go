package main

import (
	"fmt"
	"strings"

	"hardneg/generate"
)

// compose has the queries written with their documents, as many as the strategy takes that reads them, and says what of that decides
// the queries.
func (p *parts) compose(w *generate.Writer, kind generate.QueryKind) string {
	c := &generate.Composer{Writer: w, Language: p.cfg.Corpus.Language, Card: p.card}
	for _, s := range p.cfg.Generate.Negatives {
		if s.Strategy == generate.Triplet {
			c.Negatives = s.Count - 1 // the first is the positive
			if kind.Tasks {
				c.Negatives = s.Count // which stands in the place of the passage
			}
		}
	}
	own := fmt.Sprintf("with %d negatives, lengths of style card %s", c.Negatives, p.card.Hash())
	if t := p.cfg.Generate.Queries.Tasks; kind.Tasks {
		c.Tasks = &generate.Tasks{Number: t.PerRequest, Languages: t.Languages}
		own = fmt.Sprintf("of tasks, %d a request, with %d negatives, in %s", t.PerRequest, c.Negatives, strings.Join(t.Languages, " "))
	}
	p.queries.Composer = c
	return own
}

// ofTasks reports that queries are written for tasks, so that there is no corpus.
func ofTasks(p *parts) bool { return p.queries.Composer != nil && p.queries.Composer.Tasks != nil }
