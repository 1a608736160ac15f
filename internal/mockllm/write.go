package mockllm

import (
	"encoding/json"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// schema is the part of JSON Schema that is obeyed.
type schema struct {
	Type       any                `json:"type"`
	Enum       []any              `json:"enum"`
	Const      any                `json:"const"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	MinLength  int                `json:"minLength"`
	MaxLength  int                `json:"maxLength"`
	MinItems   int                `json:"minItems"`
	MaxItems   int                `json:"maxItems"`
	Minimum    float64            `json:"minimum"`
}

func (s *schema) kind() string {
	switch t := s.Type.(type) {
	case string:
		return t
	case []any: // ["string", "null"]
		if len(t) > 0 {
			first, _ := t[0].(string)
			return first
		}
	}
	switch {
	case s.Properties != nil:
		return "object"
	case s.Items != nil:
		return "array"
	}
	return "string"
}

// writer fills in the reply to one request.
type writer struct {
	cfg    Config
	model  string
	user   string // the user message
	seed   uint64 // of the whole request
	fences []fenced
}

func (w *writer) reply(s *schema) any {
	w.fences = fencesOf(w.user)
	switch {
	case s.isLabelled() && s.hasWords():
		return w.grades(s)
	case s.isLabelled():
		return w.snippets(s)
	case s.Properties["ranking"] != nil:
		return map[string][]string{"ranking": w.ranking()}
	}
	return w.value("", s, 0)
}

// isLabelled recognises a judge's schema: one text for each label A, B, …
func (s *schema) isLabelled() bool {
	for name := range s.Properties {
		if len(name) != 1 || name[0] < 'A' || name[0] > 'Z' {
			return false
		}
	}
	return len(s.Properties) > 0
}

// hasWords reports whether each label gets a word of a list.
func (s *schema) hasWords() bool {
	for _, p := range s.Properties {
		if len(p.Enum) == 0 {
			return false
		}
	}
	return true
}

func (w *writer) grades(s *schema) map[string]string {
	reply := map[string]string{}
	for label, p := range s.Properties {
		reply[label] = p.wordFor(w.grade(label))
	}
	return reply
}

// grade is what the judge makes of the passage under a label.
func (w *writer) grade(label string) string {
	query, passage := w.fenced("query"), w.fenced("passage "+label)
	if w.cfg.Places != nil {
		if grade := w.cfg.Places(w.model, label); grade != "" {
			return grade
		}
	}
	if w.cfg.Grades != nil {
		if grade := w.cfg.Grades(w.model, query, passage); grade != "" {
			return grade
		}
	}
	return DefaultGrade(w.model, query, passage)
}

// snippets quotes the first words of each passage of grade 2 or 3, and none of the others.
func (w *writer) snippets(s *schema) map[string]string {
	reply := map[string]string{}
	for label := range s.Properties {
		reply[label] = ""
		if g := w.grade(label); g == "2" || g == "3" {
			words := strings.Fields(w.fenced("passage " + label))
			reply[label] = strings.Join(words[:min(8, len(words))], " ")
		}
	}
	return reply
}

// ranking orders the labels by falling grade; of one grade, by their texts.
func (w *writer) ranking() []string {
	var labels []string
	for _, f := range w.fences {
		if label, ok := strings.CutPrefix(f.name, "passage "); ok {
			labels = append(labels, label)
		}
	}
	slices.SortFunc(labels, func(a, b string) int {
		if c := strings.Compare(w.grade(b), w.grade(a)); c != 0 {
			return c
		}
		return strings.Compare(w.fenced("passage "+a), w.fenced("passage "+b))
	})
	return labels
}

// wordFor is a grade in the words of a schema, whose enum runs from the lowest to the highest and ends with unsure.
func (s *schema) wordFor(grade string) string {
	if slices.Contains(s.Enum, any(grade)) {
		return grade
	}
	at := 0
	if g, err := strconv.Atoi(grade); err == nil && g > 0 && g <= 3 && len(s.Enum) > 2 {
		at = g * (len(s.Enum) - 2) / 3
	}
	word, _ := s.Enum[at].(string)
	return word
}

// value makes up a value of a schema. Names of properties say what is meant; i is the place in an array.
func (w *writer) value(name string, s *schema, i int) any {
	switch {
	case s.Const != nil:
		return s.Const
	case len(s.Enum) > 0:
		return s.Enum[(hashOf(name)+w.seed)%uint64(len(s.Enum))]
	}
	switch s.kind() {
	case "object":
		return w.object(s, i)
	case "array":
		return w.array(name, s)
	case "integer":
		return int(s.Minimum)
	case "number":
		return s.Minimum
	case "boolean":
		return true
	case "null":
		return nil
	}
	if name == "text" && s.MaxLength > 0 && s.MaxLength <= 300 { // a query among others
		return bounded(makeQuery(w.fencedPassage(), rand.New(rand.NewPCG(w.seed, uint64(2+i)))), s)
	}
	return bounded(w.text(name, i), s)
}

func (w *writer) object(s *schema, i int) json.Marshaler {
	m := ordered{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		m = append(m, member{name, w.value(name, s.Properties[name], i)})
	}
	return m
}

func (w *writer) array(name string, s *schema) []any {
	n := min(max(s.MinItems, 2), max(s.MaxItems, 2))
	if s.MaxItems == 1 {
		n = 1
	}
	if lengths := wantedLengths(w.user); name == "negatives" && len(lengths) > 0 && s.MaxItems == 0 {
		n = len(lengths)
	}
	items := make([]any, n)
	for i := range items {
		items[i] = w.value(name, s.Items, i)
	}
	return items
}

// query is the query of the request, or the one that it asks for with its documents.
func (w *writer) query() string {
	if q := w.fenced("query"); q != "" {
		return q
	}
	if task := w.fenced("task"); task != "" {
		return makeQuery(task+" "+makePassage(task, int(w.seed%1000), 40, 60), rand.New(rand.NewPCG(w.seed, 1)))
	}
	return makeQuery(w.fencedPassage(), rand.New(rand.NewPCG(w.seed, 1)))
}

// positive is a document that answers. One that comes with its query has all words of it, by which it is known as its source.
func (w *writer) positive() string {
	if w.fenced("task") == "" {
		return makePassage(w.query(), len(fillerNouns), 60, 90)
	}
	lo, hi := 60, 90
	if all := wantedLengths(w.user); len(all) > 0 {
		lo, hi = all[0][0], all[0][1]
	}
	words := contentWords(w.query())
	return makePassage(w.query(), len(fillerNouns), lo, hi-len(words)-3) + " All of " + strings.Join(words, ", ") + "."
}

// text is a string for a property.
func (w *writer) text(name string, i int) string {
	switch name {
	case "query":
		return makeQuery(w.fencedPassage(), rand.New(rand.NewPCG(w.seed, 1)))
	case "user_query":
		return w.query()
	case "tasks":
		noun := func(n uint64) string { return fillerNouns[n%uint64(len(fillerNouns))] }
		return "Given a question about the " + noun(w.seed) + " of a " + noun(w.seed+uint64(i)) + ", find record " + strconv.FormatUint(w.seed%1000, 10) + " of its kind."
	case "positive_document":
		return w.positive()
	case "text":
		lo, hi := 60, 90
		all := wantedLengths(w.user)
		if len(all) > 0 && w.fenced("query") == "" { // the first one is the positive
			all = all[1:]
		}
		if i < len(all) {
			lo, hi = all[i][0], all[i][1]
		}
		return makePassage(w.query(), i, lo, hi)
	case "from": // words that stand in the passage
		words := slices.DeleteFunc(contentWords(w.fencedPassage()), func(x string) bool { return !strings.Contains(w.fencedPassage(), " "+x+" ") })
		if len(words) > 0 {
			return words[(w.seed+uint64(i)*7)%uint64(len(words))]
		}
	case "to":
		return "other" + strconv.FormatUint(w.seed%1000, 10)
	case "need":
		return "The person wants to find out about " + w.fenced("query") + "."
	case "breaks", "requirements":
		return "requirement " + strconv.Itoa(i+1) + ": the " + fillerNouns[(hashOf(w.fenced("query"))+uint64(i))%uint64(len(fillerNouns))]
	}
	return "some " + name
}

// bounded keeps a string within its schema. It is cut between words.
func bounded(s string, sch *schema) string {
	for n := len([]rune(s)); n < sch.MinLength; n++ {
		s += "."
	}
	r := []rune(s)
	if sch.MaxLength == 0 || len(r) <= sch.MaxLength {
		return s
	}
	s = string(r[:sch.MaxLength])
	if cut := strings.LastIndexByte(s, ' '); cut > 0 && cut >= sch.MinLength {
		s = s[:cut]
	}
	return s
}

func hashOf(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p))
		_, _ = h.Write([]byte{0xFF})
	}
	// FNV's high bits change little with the last bytes; this spreads them
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	return x ^ x>>33
}
