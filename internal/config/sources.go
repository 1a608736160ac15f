package config

import "strings"

// Sources are where a configuration comes from.
type Sources struct {
	File      string   // "" is config.yaml
	FileGiven bool     // by the user
	Optional  bool     // a file that is not there is an empty one
	Sets      []string // of --set: key=value
	Environ   []string // as of os.Environ
	Formats   []string // export formats there are; nil: not checked

	Strategies []StrategyKind // ways of making negatives there are; nil: not checked
	// Prompts names the prompts there are with those of prompts.dir, and says what is wrong with it; nil: not checked.
	Prompts func(dir string) ([]string, error)
	Queries []QueryKind // ways of asking for queries there are; nil: what they show is not checked
	// Examples and Personas say what is wrong with a file of examples or of characters, each line of its own; nil: not checked.
	Examples func(file string, bad bool) error
	Personas func(file string) error
	// Language reports whether a code names a language; nil: not checked.
	Language func(code string) bool
	// Replies says what is wrong with the file of a recorded model that a stage uses, each line of its own; nil: not checked.
	Replies func(file string) error
}

// StrategyKind is what a configuration has to know of a way of making negatives.
type StrategyKind struct {
	Name     string
	Checks   bool                      // another model checks what is written
	Mines    bool                      // it finds passages of the corpus: it asks no model, and takes ranks
	Encodes  bool                      // it asks an encoder for vectors
	Filters  map[string]float64        // what it compares decides by these, with their usual limits, 0 where one has none
	Walks    bool                      // it follows the links of passages, and has no ranks
	Reads    func(variant string) bool // whether its texts depend on the passages of the run; nil: never
	Variants map[string]string         // the prompts of its other forms, "" where one asks no model
}

// QueryKind is what a configuration has to know of a way of asking for queries.
type QueryKind struct {
	Name     string
	Examples bool // it shows examples
	Bad      bool // each with a query that is not wanted
	Personas bool // it shows characters
	Composes bool // its replies have documents beside the query
	Tasks    bool // it is asked for tasks, and for no passages
}

// prompt is the prompt that a variant has by default, "" if it asks no model.
func (k StrategyKind) prompt(variant string) string {
	if k.Mines {
		return ""
	}
	if p, ok := k.Variants[variant]; ok {
		return p
	}
	return k.Name
}

// strategy finds a way of making negatives. One that is not known is taken for one that asks a model.
func (s Sources) strategy(name string) StrategyKind {
	for _, k := range s.Strategies {
		if k.Name == name {
			return k
		}
	}
	return StrategyKind{Name: name}
}

// queries finds the way of asking of a prompt, which is told by its name, or by what stands before a dash in it.
func (s Sources) queries(prompt string) QueryKind {
	found := QueryKind{}
	for _, k := range s.Queries {
		if prompt == k.Name || strings.HasPrefix(prompt, k.Name+"-") && len(k.Name) > len(found.Name) {
			found = k
		}
	}
	return found
}
