package config

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

func (k *checker) generate() {
	k.queries()
	first := map[string]int{}
	for i, s := range k.Generate.Negatives {
		key := "generate.negatives." + strconv.Itoa(i)
		k.needed(key+".strategy", s.Strategy, "name how negatives are made, such as query-only")
		k.variant(key+".variant", s)
		most := mostWritten
		if k.sources.strategy(s.Strategy).Mines {
			most = mostFound
		}
		whole(k, key+".count", s.Count, 1, most)
		k.pool(key, s, most)
		kind := k.sources.strategy(s.Strategy)
		if kind.prompt(s.Variant) != "" || s.Strategy == "" {
			k.generators(key, s)
		} else {
			k.unasked(key, s, kind)
		}
		k.ranks(key, s, kind)
		k.vectors(key, s, kind)
		k.walk(key, s, kind)
		switch {
		case kind.Checks:
			k.role(key+".check", s.Check)
		case s.Check != "":
			k.bad(key+".check", s.Name()+" has nothing checked before the judges", "leave it out")
		}
		same := s
		same.Count, same.Pool, same.Limit, same.Floor = 0, 0, nil, nil
		id := fmt.Sprint(same, valueOf(s.Limit), valueOf(s.Floor))
		if was, again := first[id]; again {
			k.bad(key, fmt.Sprintf("same strategy, model and prompt as generate.negatives.%d", was), "raise the count of that one")
			continue
		}
		first[id] = i
	}
}

// variant checks the form of a strategy.
func (k *checker) variant(key string, s Strategy) {
	known := slices.Sorted(maps.Keys(k.sources.strategy(s.Strategy).Variants))
	switch {
	case s.Variant == "":
	case len(known) == 0:
		k.bad(key, quoted(s.Strategy)+" has no variants", "leave it out")
	default:
		k.oneOf(key, s.Variant, known...)
	}
}

// A request asks for few texts, for models lose count; of passages that are found, a ranked pool with spares can be taken.
const (
	mostWritten = 10
	mostFound   = 100
)

// pool checks the spares of an entry, which are asked for, or found, together with the others.
func (k *checker) pool(key string, s Strategy, most int) {
	if s.Count >= 1 && s.Count <= most && (s.Pool < 0 || s.Count+s.Pool > most) {
		k.bad(key+".pool", fmt.Sprintf("%d is out of range", s.Pool), fmt.Sprintf("use 0 to %d: count and pool together are at most %d of %s", most-s.Count, most, s.Name()))
	}
}

// mostRank is the lowest rank that is of any use as a hard negative, and more than is ranked in a moment.
const mostRank = 1000

// sharesSum is how far the sum of shares may be from 1: thirds are written with a few digits.
const sharesSum = 0.01

// generators checks the model of an entry, or its models and their shares.
func (k *checker) generators(key string, s Strategy) {
	if len(s.Models) == 0 {
		if len(s.Shares) > 0 {
			k.bad(key+".shares", "there are no models to share", "add models: [NAME, …], or leave it out")
		}
		k.role(key+".model", s.Model)
		return
	}
	if s.Model != "" {
		k.bad(key+".models", "model is given too", "leave one of the two out")
	}
	for i, name := range s.Models {
		k.role(key+".models."+strconv.Itoa(i), name)
		if slices.Contains(s.Models[:i], name) {
			k.bad(key+".models."+strconv.Itoa(i), quoted(name)+" is named twice", "give it one share")
		}
	}
	k.shares(key+".shares", s)
}

func (k *checker) shares(key string, s Strategy) {
	if len(s.Shares) != len(s.Models) {
		k.bad(key, fmt.Sprintf("%d shares for %d models", len(s.Shares), len(s.Models)), "one for each model, in their order")
		return
	}
	sum := 0.0
	for i, x := range s.Shares {
		k.real(key+"."+strconv.Itoa(i), x, 0, 1)
		sum += x
	}
	if math.Abs(sum-1) > sharesSum {
		k.bad(key, fmt.Sprintf("the shares sum to %.3g, not to 1", sum), "")
	}
}

// unasked checks an entry that asks no model.
func (k *checker) unasked(key string, s Strategy, kind StrategyKind) {
	how := "makes its texts by rules"
	if kind.Mines {
		how = "finds passages of the corpus"
	}
	for name, x := range map[string]string{"model": s.Model, "models": strings.Join(s.Models, " "), "prompt": s.Prompt} {
		if x != "" {
			k.bad(key+"."+name, s.Name()+" "+how+" and asks no model", "leave it out")
		}
	}
}

// room refuses more texts than there are places to find them: the rest of the slots would stay empty in every query.
func (k *checker) room(key string, count, places int, what string, bounds ...string) {
	for _, name := range append(bounds, "count") {
		if k.has(key + "." + name) {
			return
		}
	}
	if count > places {
		k.bad(key+".count", fmt.Sprintf("%d texts can't be found in the %d %s", count, places, what),
			fmt.Sprintf("lower %s.count to %d, or widen it by %s", key, places, key+"."+strings.Join(bounds, " or "+key+".")))
	}
}

// ranks checks which ranks of the corpus are taken, and refuses them where nothing is ranked.
func (k *checker) ranks(key string, s Strategy, kind StrategyKind) {
	if kind.Mines && !kind.Walks {
		whole(k, key+".from", s.From, 1, mostRank)
		whole(k, key+".to", s.To, s.From, mostRank)
		k.room(key, s.Count, s.To-s.From+1, fmt.Sprintf("ranks from %d to %d", s.From, s.To), "from", "to")
		return
	}
	why := "only a strategy that finds passages of the corpus takes ranks"
	if kind.Walks {
		why = "a strategy that follows links has no ranks"
	}
	for name, x := range map[string]int{"from": s.From, "to": s.To} {
		if x != 0 {
			k.bad(key+"."+name, why, "leave it out")
		}
	}
}
