package config

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Problem is one thing that is wrong, where it stands and what to do about it.
type Problem struct {
	File      string // the file, "--set", or "environment GEN_…"
	Line, Col int    // 0 where there is none
	Key       string // dotted path, "" if the text as a whole is meant
	Message   string
	Hint      string // what to do; may be ""
}

func (p Problem) String() string {
	s := place{p.File, p.Line, p.Col}.String() + ": "
	if p.Key != "" {
		s += p.Key + ": "
	}
	s += p.Message
	if p.Hint != "" {
		s += "; " + p.Hint
	}
	return s
}

// Errors are all problems of a configuration, sorted by position: the file, then the environment, then --set.
type Errors []Problem

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (e Errors) sort() {
	slices.SortStableFunc(e, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(layer(a.File), layer(b.File)), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Key, b.Key))
	})
}

const (
	fromSet = "--set"
	fromEnv = "environment "
)

func layer(file string) int {
	switch {
	case file == fromSet:
		return 2
	case strings.HasPrefix(file, fromEnv):
		return 1
	}
	return 0
}

// place is where a value was written.
type place struct {
	file      string
	line, col int
}

func (p place) String() string {
	if p.line == 0 {
		return p.file
	}
	return fmt.Sprintf("%s:%d:%d", p.file, p.line, p.col)
}

// trouble gathers problems.
type trouble struct{ found Errors }

func (t *trouble) add(at place, key, message, hint string) {
	t.found = append(t.found, Problem{File: at.file, Line: at.line, Col: at.col, Key: key, Message: message, Hint: hint})
}

const duplicate = "duplicate key"

// has says whether a problem of the key, of a section it is in, or of a key inside it is known already: whatever follows
// from that one would only hide it. The first of two sections of one name was read, so its keys are still looked at.
func (t *trouble) has(key string) bool {
	return slices.ContainsFunc(t.found, func(p Problem) bool {
		return p.Key == key || strings.HasPrefix(key, p.Key+".") && !strings.HasPrefix(p.Message, duplicate) ||
			strings.HasPrefix(p.Key, key+".")
	})
}

// nearest names the known word that was probably meant, and how far it is, in half letters. A word that differs in one
// part only ("max_retires" for "retries") is nearer than its length says; of two words as near as each other, the one that
// begins alike is nearer. It returns "" only if known is empty.
func nearest(word string, known []string) (best string, distance int) {
	distance = math.MaxInt
	for _, k := range known {
		d := levenshtein.ComputeDistance(word, k)
		for _, part := range strings.Split(word, "_") {
			if len(part) > 3 {
				d = min(d, 1+levenshtein.ComputeDistance(part, k))
			}
		}
		if d *= 2; k[:min(1, len(k))] != word[:min(1, len(word))] {
			d++
		}
		if d < distance {
			best, distance = k, d
		}
	}
	return best, distance
}

// didYouMean suggests a known word that is near enough for a slip, and else lists what is known.
func didYouMean(word string, known []string) string {
	if best, distance := nearest(word, known); best != "" && distance <= slip(word) {
		return "did you mean " + best + "?"
	}
	return "known here: " + strings.Join(known, ", ")
}

// oneOfThese is didYouMean with the whole list in any case.
func oneOfThese(word string, known []string) string {
	hint := didYouMean(word, known)
	if strings.HasPrefix(hint, "did") {
		hint += " (" + strings.Join(known, ", ") + ")"
	}
	return hint
}

// slip is how far from the word that was meant one is that was misspelt, in half letters: a letter, and one more for every four.
func slip(word string) int { return 2 + len(word)/2 }

// suggestKey is the hint for a key that a section does not have: the nearest here, or one elsewhere that is nearer and the
// only one of its name.
func suggestKey(word string, in *field) string {
	elsewhere := map[string][]string{}
	for _, p := range Known() {
		last := p[strings.LastIndex(p, ".")+1:]
		elsewhere[last] = append(elsewhere[last], p)
	}
	_, here := nearest(word, in.names())
	other, there := nearest(word, slices.Sorted(maps.Keys(elsewhere)))
	if there < here && there <= min(4, slip(word)) && len(elsewhere[other]) == 1 {
		p := strings.Replace(elsewhere[other][0], "models.*", "models.NAME", 1)
		return "did you mean " + strings.ReplaceAll(p, "*", "0") + "?"
	}
	return didYouMean(word, in.names())
}

// quoted shows a value in a message: short, and never a secret.
func quoted(s string) string {
	s = keyPattern.ReplaceAllString(s, mask)
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
