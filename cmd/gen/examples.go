package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/prompts"
)

// queryKinds are the ways of asking for queries, as the config knows them.
func queryKinds() (out []config.QueryKind) {
	for _, k := range generate.QueryKinds {
		out = append(out, config.QueryKind{Name: k.Name, Examples: k.Examples, Bad: k.Bad, Personas: k.Personas, Composes: k.Composes, Tasks: k.Tasks})
	}
	return out
}

// badLines is how many bad lines of a file are named.
const badLines = 5

// readLines reads a small file of the user line by line; lines without anything are skipped. Errors name file and line.
func readLines(file string, each func(line string) error) error {
	b, err := os.ReadFile(file)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return fmt.Errorf("%s: %w", file, err)
	}
	var bad []error
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(string(b), "\ufeff")) {
		n++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		err := errors.New("not UTF-8")
		if utf8.ValidString(line) {
			err = each(line)
		}
		if err != nil && len(bad) < badLines {
			bad = append(bad, fmt.Errorf("%s:%d: %w", file, n, err))
		}
	}
	return errors.Join(bad...)
}

// strictly reads a line that is one JSON object with no other fields than those of v.
func strictly(line string, v any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(line)))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("not a JSON object with these fields: %w", err)
	}
	if d.More() {
		return errors.New("more than one JSON value")
	}
	return nil
}

// readExamples reads a JSONL file of examples of queries: passage, query and, where the prompt shows it, bad_query.
func readExamples(file string, bad bool) (out []config.Shot, err error) {
	err = readLines(file, func(line string) error {
		var s config.Shot
		if err := strictly(line, &s); err != nil {
			return err
		}
		out = append(out, s)
		return s.Check(bad)
	})
	if err != nil {
		return nil, err
	}
	if err := config.CheckShots(len(out)); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return out, nil
}

// longestPersona is the most characters of who comes to a passage: five stand in every request.
const longestPersona = 500

// readPersonas reads who may come to a passage: a line each, or {"persona": "…"} as in the files of Persona Hub. Repeated ones count once.
func readPersonas(file string) (out []string, err error) {
	have := map[string]bool{}
	err = readLines(file, func(line string) error {
		if strings.HasPrefix(line, "{") {
			var p struct{ Persona string }
			if err := json.Unmarshal([]byte(line), &p); err != nil {
				return fmt.Errorf("not JSON: %w", err)
			}
			line = strings.TrimSpace(p.Persona)
		}
		switch n := utf8.RuneCountInString(line); {
		case line == "":
			return errors.New("there is no persona in it")
		case n > longestPersona:
			return fmt.Errorf("%d characters; at most %d", n, longestPersona)
		}
		if line = strings.Join(strings.Fields(line), " "); !have[line] {
			out = append(out, line)
		}
		have[line] = true
		return nil
	})
	if err == nil && len(out) < 2 {
		err = fmt.Errorf("%s: %d characters to choose from; use 2 or more", file, len(out))
	}
	return out, err
}

// newQueries makes what writes the queries.
func (p *parts) newQueries() error {
	q := p.cfg.Generate.Queries
	kind := generate.QueryKindOf(q.Prompt)
	shots := q.Examples
	var err error
	if kind.Examples && q.ExamplesFile != "" {
		if shots, err = readExamples(q.ExamplesFile, kind.Bad); err != nil {
			return usage("", "generate.queries.examples_file: %v", err)
		}
	}
	var shown []prompts.Example
	var own, texts []string
	for _, s := range shots {
		shown = append(shown, prompts.Example{Passage: s.Passage, Query: s.Query, Bad: s.Bad})
		texts = append(texts, s.Passage, s.Query, s.Bad)
	}
	if len(texts) > 0 {
		own = append(own, "examples "+hardneg.KeyOf(texts...).String())
	}
	w, err := p.writerWith(q.Model, q.Prompt, prompts.Static{Examples: shown, Fence: prompts.Fence(p.cfg.Run.Seed, stageQueries, "examples", 0, 0, texts...)})
	if err != nil {
		return err
	}
	if q.PerPassage == 0 { // nobody is asked
		p.writers[q.Model] = slices.DeleteFunc(p.writers[q.Model], func(of *generate.Writer) bool { return of == w })
	}
	p.queries = &generate.Queries{Writer: w, PerPassage: q.PerPassage, Language: p.cfg.Corpus.Language}
	if kind.Personas {
		p.queries.Personas = generate.Characters
		if q.PersonasFile != "" {
			if p.queries.Personas, err = readPersonas(q.PersonasFile); err != nil {
				return usage("", "generate.queries.personas_file: %v", err)
			}
		}
		own = append(own, "characters "+hardneg.KeyOf(p.queries.Personas...).String())
	}
	if kind.Composes {
		own = append(own, p.compose(w, kind))
	}
	p.queries.Own = strings.Join(own, ", ")
	if q.RoundTrip.By != "" {
		p.queries.RoundTrip = &generate.RoundTrip{Library: p.library, Top: q.RoundTrip.Top}
		if role := q.RoundTrip.Encoder; role != "" {
			p.queries.RoundTrip.Encoder = p.encoder(role)
		}
	}
	return nil
}

// queriesRecipe is what decides the queries.
func (p *parts) queriesRecipe(seed, perPassage string) (about string, own []string) {
	q := p.queries
	if q.PerPassage == 0 {
		return "none is written", []string{perPassage}
	}
	about = fmt.Sprintf("%s, prompt %s, %s a passage", q.Settings.Model, q.Prompt.ID(), perPassage)
	own = []string{seed, q.Settings.String(), q.Prompt.Hash, q.System, perPassage, q.Language}
	if q.Own != "" {
		about, own = about+", "+q.Own, append(own, q.Own)
	}
	if trip := q.RoundTrip; trip != nil {
		about, own = about+", "+trip.Own()+" of corpus "+p.stamp[:min(8, len(p.stamp))], append(own, trip.Own(), p.stamp)
	}
	return about, own
}
