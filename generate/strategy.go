package generate

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"hardneg"
)

// FromQuery is a strategy that writes negatives from the text of a query alone. It is given no passage, so none can leak.
type FromQuery interface {
	// Propose returns the proposals of one request: at most one text for each slot, in their order. Errors are those of
	// llm.Ask.
	Propose(ctx context.Context, query string, slots Span, retries int) (Proposals, error)
}

// FromPair is a strategy that is given the query and the passage that answers it.
type FromPair interface {
	// ProposeFor is like Propose of FromQuery.
	ProposeFor(ctx context.Context, query string, positive hardneg.Passage, slots Span, retries int) (Proposals, error)
}

// FromReply is a strategy whose texts were written in one reply with the query.
type FromReply interface {
	// ProposeWith reads the texts from that reply. source is the passage that the query was written for, if there is one.
	ProposeWith(ctx context.Context, q hardneg.Query, source hardneg.Passage) (Proposals, error)
}

// FromCorpus is a strategy that finds negatives among the passages of the run.
type FromCorpus interface {
	// Find returns at most n passages, best first: never the query's own one, and none that is near what is known. Errors are
	// those of llm.Client.
	Find(ctx context.Context, q hardneg.Query, positive hardneg.Passage, known *Known, n int) ([]Found, error)
}

// Found is a passage that was found.
type Found struct {
	hardneg.Passage
	Said string // how, "" if there is nothing to say
}

// Strategy is one entry of generate.negatives. One of Make, Pair and Mine says how it comes by its texts.
type Strategy struct {
	Name    string
	Count   int
	Pool    int           // spares: slots behind those of Count
	Label   hardneg.Label // what its texts are meant to be
	Calls   int           // requests that a query takes
	Corpus  bool          // its texts depend on the passages of the run
	Own     string        // its parameters besides count, pool, model and prompt, "" for none
	Writer  *Writer       // nil: it asks no model
	Encoder *Encoder      // of the strategy that finds its texts by vectors; nil: it has none
	Checks  []*Writer     // who checks its texts, each with one request a query
	Share   float64       // of the queries, where there are others
	Others  []Strategy    // the same by other models, each for a share of the queries
	Seed    int64         // of the run; for who is asked about which query
	Make    FromQuery
	Pair    FromPair
	Mine    FromCorpus
	Reply   FromReply // of queries that were written with documents; nil: none was
	Read    *Writer   // who wrote these
}

// Of returns the form of the strategy that a query is for, by the model that is asked about it, and its place among all. Whom a query
// goes to is drawn from its key, so that it depends on nothing else.
func (s *Strategy) Of(query hardneg.Key) (*Strategy, int) {
	at := float64(draw(s.Seed, "model", s.Name, query.String())>>11) / (1 << 53)
	left := s.Share
	for i := range s.Others {
		if at < left {
			break
		}
		left += s.Others[i].Share
		if at < left || i == len(s.Others)-1 {
			return &s.Others[i], i + 1
		}
	}
	return s, 0
}

// All are the forms of the strategy.
func (s *Strategy) All() []*Strategy {
	out := []*Strategy{s}
	for i := range s.Others {
		out = append(out, &s.Others[i])
	}
	return out
}

// byRules stands for the model of texts that rules make.
const byRules = "rules"

// reads reports that the texts of a query are read from the reply that it was taken from.
func (s *Strategy) reads(q hardneg.Query) bool { return s.Reply != nil && q.Asked != "" }

func (s *Strategy) origin(q hardneg.Query, call hardneg.Key) hardneg.Origin {
	if s.reads(q) {
		return s.Read.origin(s.Name, call)
	}
	if s.Writer == nil {
		return hardneg.Origin{Method: s.Name, Model: byRules}
	}
	return s.Writer.origin(s.Name, call)
}

// Key is the key of a slot that is written.
func (s *Strategy) Key(query hardneg.Key, slot int) hardneg.Key {
	if s.Writer == nil {
		return hardneg.KeyOf(StageNegatives, query.String(), s.Name, s.Own, strconv.Itoa(s.Count), strconv.Itoa(slot))
	}
	parts := []string{StageNegatives, query.String(), s.Name, s.Writer.Settings.String(), s.Writer.Prompt.Hash, strconv.Itoa(s.Count), strconv.Itoa(slot)}
	if s.Own != "" {
		parts = append(parts, s.Own)
	}
	for _, c := range s.Checks {
		parts = append(parts, c.Settings.String(), c.Prompt.Hash)
	}
	return hardneg.KeyOf(parts...)
}

// minedKey is the key of a passage that was found. It does not hold the slot: a corpus that has grown moves passages to other ranks,
// and what the judges said of them stays said.
func (s *Strategy) minedKey(query hardneg.Key, id string) hardneg.Key {
	return hardneg.KeyOf(StageNegatives, query.String(), s.Name, s.Own, "passage", id)
}

// missingKey is the key of a slot for which nothing was found.
func (s *Strategy) missingKey(query hardneg.Key, slot int) hardneg.Key {
	return hardneg.KeyOf(StageNegatives, query.String(), s.Name, s.Own, "missing", strconv.Itoa(slot))
}

// Kind is what there is to know of a strategy before it is made.
type Kind struct {
	Name     string // and that of its prompt
	Mines    bool   // it finds its texts in the corpus: it asks no model, takes ranks, and depends on all passages of the run
	Variants []Variant
	Encodes  bool     // it asks an encoder for vectors
	Filters  bool     // and compares them as a [Filter] says
	Walks    bool     // it follows the links of passages, as a [Walk] says, and has no ranks
	Checks   []string // the prompts by which another model checks what it writes
}

// Variant is another form of a strategy.
type Variant struct {
	Name   string
	Prompt string // "" asks no model
	Corpus bool   // it reads passages of the run
}

// ReadsCorpus reports whether the texts of a variant depend on the passages of the run.
func (k Kind) ReadsCorpus(variant string) bool {
	return k.Mines || slices.ContainsFunc(k.Variants, func(v Variant) bool { return v.Name == variant && v.Corpus })
}

// Kinds are the strategies there are. Adding one adds a file, a line here and one in NewStrategy.
var Kinds = []Kind{
	{Name: QueryOnly, Variants: []Variant{{Name: Elicited, Prompt: QueryOnlyElicited}}},
	{Name: QueryPositive},
	{Name: Decompose, Variants: []Variant{{Name: Rewrite, Prompt: Decompose, Corpus: true}}},
	{Name: Perturb, Variants: []Variant{{Name: ByRules}}},
	{Name: Triplet},
	{Name: Paraphrase},
	{Name: Twin},
	{Name: HardQuery, Checks: []string{HardQueryCheck, HardQueryCheckAgain}},
	{Name: BM25, Mines: true},
	{Name: Dense, Mines: true, Encodes: true, Filters: true},
	{Name: Links, Mines: true, Encodes: true, Walks: true},
}

// Spec is what the config says of one entry of generate.negatives.
type Spec struct {
	Name     string
	Variant  string // "" is the plain form
	Count    int
	Pool     int
	From, To int // ranks, where the strategy mines
	Filter   Filter
	Walk     Walk
}

// Kit is what strategies are made from; each takes what it declares to need.
type Kit struct {
	Writer   *Writer   // nil where the strategy asks no model
	Seed     int64     // of the run
	Checks   []*Writer // who checks what it writes, where the strategy has that done
	Composer *Composer // who wrote the queries with documents; nil: they were written alone
	Card     StyleCard
	Library  *Library
	Encoder  *Encoder // where the strategy asks one
}

// NewStrategy returns the strategy of a name.
func NewStrategy(spec Spec, kit Kit) (Strategy, bool) {
	s := Strategy{Name: spec.Name, Count: spec.Count, Pool: spec.Pool, Writer: kit.Writer, Calls: 1, Label: labelOf(spec.Name), Share: 1, Seed: kit.Seed}
	if spec.Variant != "" {
		s.Name += "-" + spec.Variant
	}
	switch s.Name {
	case QueryOnly:
		s.Make = &queryOnly{Writer: kit.Writer, card: kit.Card}
	case QueryOnlyElicited:
		s.Make = &elicited{Writer: kit.Writer, card: kit.Card}
	case Triplet:
		s.Make = &triplet{Writer: kit.Writer, card: kit.Card}
		if kit.Composer != nil {
			s.Reply, s.Read, s.Calls, s.Own = &composedTriplet{kit.Composer}, kit.Composer.Writer, 0, writtenWith
		}
	case QueryPositive:
		s.Pair = &queryPositive{Writer: kit.Writer, card: kit.Card}
	case Perturb:
		s.Pair = &perturb{Writer: kit.Writer}
	case PerturbByRules:
		s.Pair = &perturbByRules{seed: kit.Seed}
		s.Own = rulesVersion
	case Decompose:
		s.Pair, s.Calls = &decompose{Writer: kit.Writer, name: s.Name, card: kit.Card}, 2
	case DecomposeRewrite:
		s.Pair, s.Calls, s.Corpus = &decompose{Writer: kit.Writer, name: s.Name, card: kit.Card, library: kit.Library}, 2, true
	case Paraphrase, Twin:
		s.Pair = &positives{Writer: kit.Writer, name: s.Name, card: kit.Card}
	case HardQuery:
		s.Pair, s.Checks = &hardQuery{Writer: kit.Writer, checks: kit.Checks}, kit.Checks
	case BM25:
		s.Corpus = true
		s.Mine = &bm25Miner{kit.Library, window{spec.From, spec.To}}
		s.Own = "ranks " + strconv.Itoa(spec.From) + " to " + strconv.Itoa(spec.To)
	case Dense:
		s.Corpus, s.Encoder = true, kit.Encoder
		s.Mine = &denseMiner{kit.Library, kit.Encoder, spec.Filter, window{spec.From, spec.To}}
		s.Own = fmt.Sprintf("ranks %d to %d, %s by %s", spec.From, spec.To, spec.Filter, kit.Encoder)
	case Links:
		s.Corpus, s.Encoder = true, kit.Encoder
		s.Mine = &linksMiner{library: kit.Library, encoder: kit.Encoder, walk: spec.Walk, seed: kit.Seed}
		s.Own = fmt.Sprintf("%s by %s", spec.Walk, kit.Encoder)
	default:
		return Strategy{}, false
	}
	return s, true
}
