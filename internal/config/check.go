package config

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// checker checks what the values mean, after their types were checked.
type checker struct {
	*loader
	*Config
	places  map[string]place
	sources Sources
}

// place is where the value of a key was written, or else the section that would have it.
func (k *checker) place(key string) place {
	if p, ok := k.places[key]; ok && p != k.unwritten() {
		return p
	}
	for {
		if p, ok := k.sections[key]; ok {
			return p
		}
		i := strings.LastIndex(key, ".")
		if i < 0 {
			return place{k.file, 1, 1}
		}
		key = key[:i]
	}
}

// bad reports a value, unless something about its key was reported before.
func (k *checker) bad(key, message, hint string) {
	if !k.has(key) {
		k.add(k.place(key), key, message, hint)
	}
}

func whole[N int | int64](k *checker, key string, x, low, high N) {
	if x < low || x > high {
		k.bad(key, fmt.Sprintf("%d is out of range", x), between(low, high))
	}
}

// between is the hint for a range; a bound of more than any use is none.
func between[N int | int64](low, high N) string {
	if int64(high) >= math.MaxInt32 {
		return fmt.Sprintf("use %d or more", low)
	}
	return fmt.Sprintf("use %d to %d", low, high)
}

func (k *checker) real(key string, x, low, high float64) {
	if math.IsNaN(x) || x < low || x > high {
		hint := fmt.Sprintf("use %v to %v", low, high)
		if math.IsInf(high, 1) {
			hint = fmt.Sprintf("use %v or more", low)
		}
		k.bad(key, fmt.Sprintf("%v is out of range", x), hint)
	}
}

func (k *checker) notNegative(key string, d time.Duration) {
	if d < 0 {
		k.bad(key, printDuration(d)+" is out of range", "use 0s or more")
	}
}

func (k *checker) positive(key string, d time.Duration) {
	if d <= 0 {
		k.bad(key, printDuration(d)+" is out of range", "use more than 0s")
	}
}

func (k *checker) oneOf(key, x string, known ...string) {
	if !slices.Contains(known, x) {
		k.bad(key, quoted(x)+" is not known here", oneOfThese(x, known))
	}
}

// lastWritten is the key of several that do not go together whose value holds because it was written in the highest layer; the first,
// if none was written at all.
func (k *checker) lastWritten(keys ...string) string {
	best, highest := keys[0], -1
	for _, key := range keys {
		p, ok := k.places[key]
		if ok && p != k.unwritten() && layer(p.file) > highest {
			best, highest = key, layer(p.file)
		}
	}
	return best
}

// written parts two keys that do not go together into the one to be named and the other one.
func (k *checker) written(a, b string) (key, other string) {
	if k.lastWritten(a, b) == a {
		return a, b
	}
	return b, a
}

// origin tells where the value of a key comes from, to stand behind it.
func (k *checker) origin(key string) string {
	if p, ok := k.places[key]; ok && p != k.unwritten() {
		return " (" + p.String() + ")"
	}
	return " (the default)"
}

func (k *checker) needed(key, x, hint string) {
	if x == "" {
		k.bad(key, "is missing", hint)
	}
}

// role checks that a stage's model exists.
func (k *checker) role(key, model string) {
	if _, ok := k.Models[model]; ok || k.has("models."+model) || k.has("models") && len(k.Models) == 0 {
		return
	}
	names := slices.Sorted(maps.Keys(k.Models))
	switch {
	case model == "":
		k.bad(key, "is missing", "name one of models")
	case len(names) == 0:
		k.bad(key, "there is no model "+quoted(model), "add models."+model+" with a provider")
	default:
		k.bad(key, "there is no model "+quoted(model), oneOfThese(model, names))
	}
}

func (k *checker) check() {
	k.needed("run.dir", k.Run.Dir, "name the folder of the run")
	k.oneOf("run.schedule", k.Run.Schedule, "auto", "streaming", "staged")
	k.notNegative("run.drain", k.Run.Drain)
	b := k.Run.Budget
	k.real("run.budget.usd", b.USD, 0, math.Inf(1))
	whole(k, "run.budget.calls", b.Calls, 0, math.MaxInt64)
	whole(k, "run.budget.tokens", b.Tokens, 0, math.MaxInt64)
	k.notNegative("run.budget.wall", b.Wall)
	k.positive("run.batch.poll", k.Run.Batch.Poll)
	whole(k, "run.batch.requests", k.Run.Batch.Requests, 1, 50000)
	whole(k, "run.batch.megabytes", k.Run.Batch.Megabytes, 1, 200)

	k.oneOf("corpus.format", k.Corpus.Format, "auto", "jsonl", "csv", "tsv", "parquet", "beir", "mteb", "text",
		"flagembedding", "tevatron", "hf", "st", "triples")
	for i, p := range k.Corpus.Path {
		k.needed("corpus.path."+strconv.Itoa(i), p, "name a file, or write [] to import passages later")
	}
	k.real("corpus.tolerance", k.Corpus.Tolerance, 0, 1)
	k.chunk()
	for _, name := range slices.Sorted(maps.Keys(k.Models)) {
		k.model("models."+name, k.Models[name])
	}
	k.generate()
	k.judge()
	k.names()
	k.relabel()
	k.export()
}

// leastChunk is the shortest passage that documents are split into: less than a few sentences says nothing by itself.
const leastChunk = 20

func (k *checker) chunk() {
	c := k.Corpus.Chunk
	switch {
	case c.MaxWords != 0 && (c.MaxWords < leastChunk || c.MaxWords > math.MaxInt32):
		k.bad("corpus.chunk.max_words", fmt.Sprintf("%d is out of range", c.MaxWords), fmt.Sprintf("use %d or more words, or 0 to leave documents whole", leastChunk))
	case c.MaxWords == 0 && c.Overlap != 0:
		k.bad("corpus.chunk.overlap", "nothing is split that could overlap", "set corpus.chunk.max_words too, or leave it out")
	case c.Overlap < 0 || c.MaxWords != 0 && c.Overlap > c.MaxWords/2:
		k.bad("corpus.chunk.overlap", fmt.Sprintf("%d is out of range", c.Overlap), fmt.Sprintf("use 0 to %d, half of max_words", c.MaxWords/2))
	}
}

// maxRelevance keeps the definition of relevance, which is a part of every judge's request, from becoming most of it.
const maxRelevance = 2000

func (k *checker) judge() {
	if n := utf8.RuneCountInString(k.Judge.Relevance); n > maxRelevance {
		k.bad("judge.relevance", fmt.Sprintf("has %d characters", n), fmt.Sprintf("at most %d; longer rules belong into a prompt of prompts.dir", maxRelevance))
	}
	whole(k, "judge.positive_at", k.Judge.PositiveAt, 0, 3)
	if len(k.Judge.Cascade) == 0 {
		k.bad("judge.cascade", "has no judge", "add {model: NAME}")
	}
	for i, s := range k.Judge.Cascade {
		key := "judge.cascade." + strconv.Itoa(i)
		k.role(key+".model", s.Model)
		k.needed(key+".prompt", s.Prompt, `built in are grade, rlhn, answerable, two-prompt and snippet`)
		whole(k, key+".slate", s.Slate, 1, 25)
		whole(k, key+".forward_at", s.ForwardAt, 0, 3)
		k.oneOf(key+".forward", s.Forward, ForwardText, ForwardQuery)
		k.panel(key, s)
		if last := i+1 == len(k.Judge.Cascade); last && (s.Audit > 0 || s.Margin > 0) {
			k.bad(key+".audit", "there is no judge after this one", "audit and margin send texts to the next judge: write them at the one before, or leave them out")
		}
	}
	k.similarity()
}

// panel checks the judges of a step that are asked beside the first.
func (k *checker) panel(key string, s Step) {
	k.real(key+".margin", s.Margin, 0, 1)
	k.real(key+".audit", s.Audit, 0, 1)
	k.real(key+".again", s.Again, 0, 1)
	k.oneOf(key+".again_by", s.AgainBy, "swap", "repeat")
	k.oneOf(key+".combine", s.Combine, "any", "all", "majority", "mean", "unanimous")
	if pair := "two-prompt"; len(s.Also) > 0 && (s.Prompt == pair || strings.HasPrefix(s.Prompt, pair+"-")) {
		k.bad(key+".also", "prompt two-prompt is a pair of judges of its own", "leave out also, or write prompt: answerable")
	}
	seen := map[Also]string{{s.Model, s.Prompt}: key}
	for n, also := range s.Also {
		at := key + ".also." + strconv.Itoa(n)
		k.role(at+".model", also.Model)
		if was, again := seen[also]; again {
			k.bad(at, "same model and prompt as "+was, "name another model or prompt")
		}
		seen[also] = at
	}
}

func (k *checker) relabel() {
	r := k.Relabel
	k.oneOf("relabel.policy", r.Policy, "relabel", "remove-negative", "remove-query", "keep", "soft")
	k.margin(r)
	k.oneOf("relabel.positive", r.Positive, "source", "best")
	if r.Positive == "best" && !k.Judge.Positives {
		k.bad("relabel.positive", "there is no score of the passages to hold other texts' against", "set judge.positives: true, or positive: source")
	}
	k.oneOf("relabel.ambiguous", r.Ambiguous, "drop", "keep")
	whole(k, "relabel.negative_at", r.NegativeAt, 0, 3)
	whole(k, "relabel.false_negative_at", r.FalseNegativeAt, 0, 3)
	whole(k, "relabel.max_false_negatives", r.MaxFalseNegatives, 0, math.MaxInt)
	if r.NegativeAt >= r.FalseNegativeAt && !k.has("relabel.negative_at") {
		key, other := k.written("relabel.false_negative_at", "relabel.negative_at")
		message := fmt.Sprintf("%d is not above negative_at, which is %d", r.FalseNegativeAt, r.NegativeAt)
		if key == "relabel.negative_at" {
			message = fmt.Sprintf("%d is not below false_negative_at, which is %d", r.NegativeAt, r.FalseNegativeAt)
		}
		k.bad(key, message+k.origin(other), "a grade cannot be a negative and a false negative")
	}
}

// margin needs a score of the query's own passage, which stage verify gives.
func (k *checker) margin(r Relabel) {
	if r.Margin == nil {
		return
	}
	k.real("relabel.margin", *r.Margin, 0, 1)
	if !k.Judge.Positives {
		k.bad("relabel.margin", "there is no score of the passages to hold the negatives' against", "set judge.positives: true, or margin: null")
	}
}

func (k *checker) export() {
	e := k.Export
	seen := map[string]bool{}
	for i, f := range e.Formats {
		key := "export.formats." + strconv.Itoa(i)
		if k.sources.Formats != nil {
			k.oneOf(key, f, k.sources.Formats...)
		}
		k.needed(key, f, "name a format or remove it")
		if seen[f] {
			k.bad(key, quoted(f)+" is named twice", "remove one of them")
		}
		seen[f] = true
	}
	k.needed("export.dir", e.Dir, "name a folder; a relative one is inside run.dir")
	whole(k, "export.negatives", e.Negatives, 1, 1000)
	if e.WeightGamma != nil {
		k.real("export.weight_gamma", *e.WeightGamma, 0, math.Inf(1))
	}
	k.oneOf("export.scores", e.Scores, "judge", "dense")
	if e.Spares && !slices.ContainsFunc(k.Generate.Negatives, func(s Strategy) bool { return s.Pool > 0 }) {
		k.bad("export.spares", NoSpares, NoSparesHint)
	}
	k.oneOf("export.pick", e.Pick, "hardness", "diversity", "round-robin", "stride", "easiest")
	s := e.Split
	k.real("export.split.train", s.Train, 0, 1)
	k.real("export.split.validation", s.Validation, 0, 1)
	k.real("export.split.test", s.Test, 0, 1)
	if sum := s.Train + s.Validation + s.Test; math.Abs(sum-1) > 1e-9 {
		k.places["export.split"] = k.place(k.lastWritten("export.split.train", "export.split.validation", "export.split.test"))
		k.bad("export.split", fmt.Sprintf("the shares sum to %.6g, not to 1", sum), "an absent share has its default: 0.9, 0.05, 0.05")
	}
}
