package config

import "fmt"

// defaultPaths is how many paths a strategy that follows links takes, and of how many passages: BiCA's best (arXiv 2511.08029).
const defaultPaths = 3

// mostPaths is more than the passages of a corpus refer to.
const mostPaths = 20

// walk checks how far links are followed, and refuses that where none are.
func (k *checker) walk(key string, s Strategy, kind StrategyKind) {
	if !kind.Walks {
		for name, x := range map[string]int{"paths": s.Paths, "length": s.Length} {
			if x != 0 {
				k.bad(key+"."+name, "only a strategy that follows links takes it", "leave it out, or write strategy: links")
			}
		}
		return
	}
	whole(k, key+".paths", s.Paths, 1, mostPaths)
	whole(k, key+".length", s.Length, 1, mostPaths)
	// One more is drawn from what no path has been at.
	k.room(key, s.Count, s.Paths*s.Length+1, fmt.Sprintf("passages of %d paths of %d and the one that is drawn", s.Paths, s.Length), "paths", "length")
	switch {
	case k.Corpus.Fields.Links == "":
		k.bad(key+".strategy", quoted(s.Strategy)+" follows links, and none are read", "set corpus.fields.links to the field that lists the ids a passage refers to")
	case k.Corpus.Chunk.MaxWords > 0:
		k.bad(key+".strategy", "links name whole documents, which corpus.chunk would split", "set corpus.chunk.max_words to 0")
	}
}
