package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// What a strategy that compares vectors has where nothing is written: NV-Retriever's best filter, and Conan's floor.
const (
	defaultFilter = "perc-pos"
	defaultFloor  = 0.4
	defaultTexts  = 64
)

// mostTexts is how many texts a request for vectors may have: the limit of OpenAI's API.
const mostTexts = 2048

// vectors checks the encoder of a strategy and what it does with cosines, and refuses all that where none are compared.
func (k *checker) vectors(key string, s Strategy, kind StrategyKind) {
	k.filter(key, s, kind)
	if !kind.Encodes {
		if s.Encoder != "" {
			k.bad(key+".encoder", "only a strategy that compares vectors takes it", "leave it out, or write strategy: dense")
		}
		return
	}
	k.vectorsBy(key, s.Encoder)
}

// similarity checks the encoder of similarities, and that there is one where the export takes its scores from it.
func (k *checker) similarity() {
	if k.Judge.Similarity.Encoder != "" {
		k.vectorsBy("judge.similarity", k.Judge.Similarity.Encoder)
	} else if k.Export.Scores == "dense" {
		k.bad("export.scores", "there are no similarities that could be scores", "name a model in judge.similarity.encoder, or write scores: judge")
	}
}

// vectorsBy checks the model that a key has vectors compared of.
func (k *checker) vectorsBy(key, name string) {
	k.role(key+".encoder", name)
	m, ok := k.Models[name]
	at := "models." + name
	switch {
	case !ok:
	case m.Provider == "recorded":
		k.bad(at+".provider", "vectors are not recorded, and "+key+" compares vectors of this model", "write openai, ollama or offline")
	case m.Mode == "batch":
		k.bad(at+".mode", "vectors are not asked for through batches, and "+key+" compares vectors of this model", "write live")
	case slices.Contains(k.writers(), name) || slices.Contains(k.judges(), name):
		k.bad(key+".encoder", quoted(name)+" writes or judges", "add a model of its own for the vectors")
	}
}

// filter checks by what cosines decide, and refuses that where none do.
func (k *checker) filter(key string, s Strategy, kind StrategyKind) {
	if kind.Filters == nil {
		for name, written := range map[string]bool{"filter": s.Filter != "", "limit": s.Limit != nil, "floor": s.Floor != nil} {
			if written {
				k.bad(key+"."+name, "only a strategy that compares vectors takes it", "leave it out, or write strategy: dense")
			}
		}
		return
	}
	k.oneOf(key+".filter", s.Filter, slices.Sorted(maps.Keys(kind.Filters))...)
	switch usual, known := kind.Filters[s.Filter]; {
	case !known:
	case usual == 0 && s.Limit != nil:
		k.bad(key+".limit", "filter "+quoted(s.Filter)+" has no limit", "leave it out")
	case s.Limit != nil:
		k.real(key+".limit", *s.Limit, -2, 2)
	}
	if s.Floor != nil {
		k.real(key+".floor", *s.Floor, -1, 1)
	}
}

// encoder checks what only encoders have.
func (k *checker) encoder(key string, m Model) {
	whole(k, key+".dimensions", m.Dimensions, 0, 1<<16)
	whole(k, key+".texts", m.Texts, 0, mostTexts)
	isEncoder := slices.Contains(k.encoders(), strings.TrimPrefix(key, "models."))
	for name, x := range map[string]string{"dimensions": nonZero(m.Dimensions), "query_prefix": m.QueryPrefix, "passage_prefix": m.PassagePrefix, "texts": nonZero(m.Texts)} {
		if x != "" && !isEncoder && k.used(key) {
			k.bad(key+"."+name, "this model makes no vectors", "leave it out, or name the model as encoder of a strategy or of judge.similarity")
		}
	}
}

func nonZero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// valueOf is what a pointer leads to, for comparison.
func valueOf(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}
