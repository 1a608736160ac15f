package export

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
)

// tables is what is kept of a corpus and of the queries that relations name, by hashes.
type tables struct {
	documents []documentSum
	sorted    bool
	asked     map[uint64]struct{} // queries that have relations
	inGroup   string              // query of the last relation
}

type documentSum struct{ id, text uint64 }

// related is the sums of the texts on each side of a query, by the relations so far that stand together.
type related struct {
	query string
	sides [2]map[uint64]bool // by score
}

// scoped is the hash of an id in the corpus of a split; a corpus of all splits has the split "".
func (c *checker) scoped(split, id string) uint64 { return maphash.String(c.seed, split+"\x00"+id) }

func (c *checker) document(f File, d document, text uint64) {
	if c.tables.documents == nil { // as large as it will be: growing would take the memory twice
		c.tables.documents = make([]documentSum, 0, c.documents())
	}
	c.tables.documents = append(c.tables.documents, documentSum{c.scoped(f.Split, d.ID), text})
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

// find gives the text of a document. Files of the corpus come before those of relations, as manifests are in the order of paths.
func (c *checker) find(split, id string) (text uint64, ok bool) {
	t := &c.tables
	if !t.sorted {
		slices.SortFunc(t.documents, func(a, b documentSum) int { return cmp.Compare(a.id, b.id) })
		t.sorted = true
	}
	for _, scope := range []string{split, ""} {
		at, ok := slices.BinarySearchFunc(t.documents, c.scoped(scope, id), func(d documentSum, id uint64) int { return cmp.Compare(d.id, id) })
		if ok {
			return t.documents[at].text, true
		}
	}
	return 0, false
}

// relation checks one line of qrels against the corpus and against the others of its query.
func (c *checker) relation(f File, at int, r relation) {
	if c.tables.asked == nil {
		c.tables.asked = map[uint64]struct{}{}
	}
	key := maphash.String(c.seed, r.Query)
	if _, again := c.tables.asked[key]; again && r.Query != c.tables.inGroup {
		c.add(f.Path, at, RuleOrder, fmt.Sprintf("the lines of query %q do not stand together", r.Query))
	}
	c.tables.asked[key], c.tables.inGroup = struct{}{}, r.Query
	text, ok := c.find(f.Split, r.Doc)
	if !ok {
		c.add(f.Path, at, RuleReference, fmt.Sprintf("the corpus has no text %q", r.Doc))
		return
	}
	if c.related.query != r.Query || c.related.sides[0] == nil {
		c.related = related{r.Query, [2]map[uint64]bool{{}, {}}}
	}
	same, other := c.related.sides[1], c.related.sides[0]
	switch {
	case r.Score == 0:
		same, other = other, same
	case r.Score != 1:
		c.add(f.Path, at, RuleShape, fmt.Sprintf("the score is %d, neither 1 nor 0", r.Score))
	}
	if other[text] {
		c.add(f.Path, at, RuleFalseNegative, fmt.Sprintf("the text %q is on both sides of query %q", r.Doc, r.Query))
	}
	if same[text] {
		c.add(f.Path, at, RuleRepeated, fmt.Sprintf("query %q has the text of %q twice", r.Query, r.Doc))
	}
	same[text] = true
}

// compareTables finds ids that stand twice, and queries that only one of the tables has.
func (c *checker) compareTables() {
	t := &c.tables
	if t.documents == nil {
		return
	}
	c.find("", "") // sorts
	twice := 0
	for i := 1; i < len(t.documents); i++ {
		if t.documents[i].id == t.documents[i-1].id {
			twice++
		}
	}
	if twice > 0 {
		c.add("corpus", 0, RuleDuplicate, fmt.Sprintf("%d ids stand twice", twice))
	}
	missing := 0
	for key := range t.asked {
		if _, ok := c.queries[key]; !ok {
			missing++
		}
	}
	if idle := len(c.queries) + missing - len(t.asked); missing > 0 || idle > 0 {
		c.add("queries", 0, RuleReference, fmt.Sprintf("%d queries of relations are missing, and %d have none", missing, idle))
	}
}
