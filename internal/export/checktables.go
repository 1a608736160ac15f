package export

import (
	"fmt"
	"hash/maphash"
	"io"
	"strings"

	"hardneg/internal/text"
)

// tables is what is kept of a corpus and of the queries that relations name, by hashes.
type tables struct {
	documents documents
	asked     hashes // queries that have relations
	inGroup   uint64 // query of the last relation
	related   related
}

// related is the sums of the texts on each side of a query, by the relations so far that stand together.
type related struct {
	query uint64
	sides [2]hashes // by score
}

// tableReaders are what a format has that keeps texts, queries and relations apart: one for each table.
type tableReaders struct {
	documents tableReader[document, documentRead]
	questions tableReader[question, questionSum]
	relations tableReader[relation, relationSum]

	heading string // the first line of a file of relations, which readers skip; "" is none
}

// tableReader visits what the rows of a file become, in order, by their numbers from 1 or, in a file of lines, by those of these, or why
// one cannot be read. They become that on all cores.
type tableReader[T, R any] func(r io.ReaderAt, size int64, become func(T) R, visit func(n int, v R, err error)) error

// documentRead is the sum of a text, and what is wrong with it.
type documentRead struct {
	documentSum
	rule, fault string
}

type questionSum struct {
	question
	key, text uint64 // of its id and of its normal form
	nul       bool
}

type relationSum struct {
	relation
	query uint64 // of its id
	text  uint64
	place int  // of the text in the corpus
	known bool // the corpus has the text
}

// table reads a file of one of the tables back.
func (c *checker) table(f File, r io.ReaderAt, size int64) (rows int64, err error) {
	switch read := c.format.tables; f.Config {
	case "corpus":
		return visitTable(c, f, read.documents, r, size, c.documentSums(f), func(at int, d documentRead) {
			if d.rule != "" {
				c.add(f.Path, at, d.rule, d.fault)
			}
			c.tables.documents.add(d.documentSum)
		})
	case "queries":
		sum := func(q question) questionSum {
			return questionSum{q, c.sum(q.ID), text.NormalSum(q.Text), hasNUL(q.Text)}
		}
		return visitTable(c, f, read.questions, r, size, sum, func(at int, q questionSum) {
			if q.nul {
				c.add(f.Path, at, RuleShape, nulFault)
			}
			if isBlank(q.Text) {
				c.add(f.Path, at, RuleEmpty, "no query")
			}
			if c.order(f, at, q.ID, q.key) {
				c.wording(f, at, q.ID, q.Text, q.text)
			}
		})
	default:
		if head := make([]byte, len(read.heading)); read.heading != "" {
			if n, _ := r.ReadAt(head, 0); string(head[:n]) != read.heading { // what can't be read is told of below
				c.add(f.Path, 1, RuleShape, fmt.Sprintf("the first line, which readers skip, is not %q", strings.TrimSpace(read.heading)))
			}
		}
		return visitTable(c, f, read.relations, r, size, c.relationSums(f), func(at int, r relationSum) { c.relation(f, at, &r) })
	}
}

func visitTable[T, R any](c *checker, f File, read tableReader[T, R], r io.ReaderAt, size int64, become func(T) R, visit func(at int, v R)) (rows int64, err error) {
	err = read(r, size, become, func(at int, v R, err error) {
		if rows++; err != nil {
			c.add(f.Path, at, RuleInvalidJSON, err.Error())
			return
		}
		visit(at, v)
	})
	return rows, err
}

// sum is the hash of an id.
func (c *checker) sum(id string) uint64 { return maphash.String(c.seed, id) }

// scope is what makes the hash of an id that of a text in the corpus of a split; a corpus of all splits has the split "".
func (c *checker) scope(split string) uint64 {
	if split == "" {
		return 0
	}
	return maphash.String(c.seed, "\x00"+split)
}

// documentSums makes room for the texts of a file, and the sums of them.
func (c *checker) documentSums(f File) func(document) documentRead {
	d := &c.tables.documents
	if d.sums == nil { // as large as it will be: growing would take the memory twice
		d.sums = make([]documentSum, 0, c.documents())
	}
	scope := c.scope(f.Split)
	return func(d document) documentRead {
		r := documentRead{documentSum: documentSum{c.sum(d.ID) ^ scope, text.TitledSum(d.Title, d.Text)}}
		switch {
		case isBlank(d.Text):
			r.rule, r.fault = RuleEmpty, "a text of no characters"
		case hasNUL(d.Text) || hasNUL(d.Title):
			r.rule, r.fault = RuleShape, nulFault
		}
		return r
	}
}

// documents is the number of texts in the corpus.
func (c *checker) documents() (n int64) {
	for _, f := range c.manifest.Files {
		if f.Config == "corpus" {
			n += min(f.Rows, f.Bytes) // a manifest can claim any number of rows
		}
	}
	return n
}

// relationSums finds the texts that relations name. Files of the corpus come before those of relations, as manifests are in the order
// of paths.
func (c *checker) relationSums(f File) func(relation) relationSum {
	d := &c.tables.documents
	d.sort()
	scopes := make([]uint64, 0, 2)
	for _, split := range []string{f.Split, ""} { // of which the corpus has one
		for _, other := range c.manifest.Files {
			if other.Config == "corpus" && other.Split == split {
				scopes = append(scopes, c.scope(split))
				break
			}
		}
	}
	return func(r relation) relationSum {
		s := relationSum{relation: r, query: max(c.sum(r.Query), 1)}
		id := c.sum(r.Doc)
		for _, scope := range scopes {
			if s.place, s.known = d.find(id ^ scope); s.known {
				s.text = d.sums[s.place].text
				break
			}
		}
		return s
	}
}

// relation checks one line of qrels against the corpus and against the others of its query.
func (c *checker) relation(f File, at int, r *relationSum) {
	t := &c.tables
	if r.query != t.inGroup && !t.asked.add(r.query) {
		c.add(f.Path, at, RuleOrder, fmt.Sprintf("the lines of query %q do not stand together", r.Query))
	}
	t.inGroup = r.query
	if !r.known {
		c.add(f.Path, at, RuleReference, fmt.Sprintf("the corpus has no text %q", r.Doc))
		return
	}
	t.documents.use(r.place)
	sides := &t.related.sides
	if t.related.query != r.query {
		t.related.query = r.query
		sides[0].empty()
		sides[1].empty()
	}
	same, other := &sides[1], &sides[0]
	switch {
	case r.Score == 0:
		same, other = other, same
	case r.Score != 1:
		c.add(f.Path, at, RuleShape, fmt.Sprintf("the score is %d, neither 1 nor 0", r.Score))
	}
	if other.has(r.text) {
		c.add(f.Path, at, RuleFalseNegative, fmt.Sprintf("the text %q is on both sides of query %q", r.Doc, r.Query))
	}
	if !same.add(r.text) {
		c.add(f.Path, at, RuleRepeated, fmt.Sprintf("query %q has the text of %q twice", r.Query, r.Doc))
	}
}

// compareTables finds ids that stand twice, and queries that only one of the tables has.
func (c *checker) compareTables() {
	t := &c.tables
	if t.documents.sums == nil {
		return
	}
	t.documents.sort()
	if twice := t.documents.twice(); twice > 0 {
		c.add("corpus", 0, RuleDuplicate, fmt.Sprintf("%d ids stand twice", twice))
	} else if idle := t.documents.idle(); idle > 0 {
		c.add("corpus", 0, RuleReference, fmt.Sprintf("%d texts are in no relation", idle))
	}
	missing, idle := t.asked.missing(&c.queries), c.queries.missing(&t.asked)
	if missing > 0 || idle > 0 {
		c.add("queries", 0, RuleReference, fmt.Sprintf("%d queries of relations are missing, and %d have none", missing, idle))
	}
}
