package export

import (
	"slices"

	"hardneg"
	"hardneg/internal/text"
)

// How the negatives of a row are chosen where the format has a fixed number of them.
const (
	PickHardness   = "hardness"    // those with the highest scores
	PickDiversity  = "diversity"   // the hardest, then each time the one that shares the fewest words with those before
	PickRoundRobin = "round-robin" // the hardest of each source and strategy in turn
	PickStride     = "stride"      // the hardest, then every fifth by score, round after round: the sampling of UniME-V2 (arXiv 2510.13515)
	PickEasiest    = "easiest"     // those with the lowest scores, as Gecko (arXiv 2403.20327) takes the last of its ranking
)

// Picks are the ways to pick.
var Picks = []string{PickHardness, PickDiversity, PickRoundRobin, PickStride, PickEasiest}

// pick chooses n of at least n negatives, which come by falling score; they stay in that order.
func pick(all []hardneg.Text, n int, how string) []hardneg.Text {
	var chosen []int
	switch how {
	case PickDiversity:
		chosen = diverse(all, n)
	case PickStride:
		chosen = strided(len(all), n)
	case PickRoundRobin:
		chosen = inTurn(all, n)
	case PickEasiest:
		return all[len(all)-n:]
	default:
		return all[:n]
	}
	slices.Sort(chosen)
	out := make([]hardneg.Text, n)
	for i, at := range chosen {
		out[i] = all[at]
	}
	return out
}

// inTurn takes the first of each origin, then the second of each, in the order in which the origins come.
func inTurn(all []hardneg.Text, n int) (chosen []int) {
	by := map[[2]string][]int{}
	var order [][2]string
	for i, t := range all {
		origin := [2]string{string(t.Source), t.Strategy}
		if by[origin] == nil {
			order = append(order, origin)
		}
		by[origin] = append(by[origin], i)
	}
	for round := 0; len(chosen) < n; round++ {
		for _, origin := range order {
			if len(chosen) < n && round < len(by[origin]) {
				chosen = append(chosen, by[origin][round])
			}
		}
	}
	return chosen
}

// stride is the interval of UniME-V2.
const stride = 5

// strided takes places 0, 5, 10, … of so many, then 1, 6, 11, … and so on.
func strided(of, n int) (chosen []int) {
	for first := range stride {
		for at := first; at < of && len(chosen) < n; at += stride {
			chosen = append(chosen, at)
		}
	}
	return chosen
}

// diverse is greedy: the likeness of a text to the chosen ones is the highest share of words that it has in common with one.
func diverse(all []hardneg.Text, n int) []int {
	words := make([]map[string]bool, len(all))
	for i, t := range all {
		words[i] = map[string]bool{}
		for _, w := range text.Words(t.Text) {
			words[i][w] = true
		}
	}
	chosen := []int{0}
	likeness := make([]float64, len(all))
	for len(chosen) < n {
		last, best := chosen[len(chosen)-1], -1
		for i := range all {
			likeness[i] = max(likeness[i], shared(words[i], words[last]))
			if !slices.Contains(chosen, i) && (best < 0 || likeness[i] < likeness[best]) {
				best = i
			}
		}
		chosen = append(chosen, best)
	}
	return chosen
}

// shared is the words of both over the words of either.
func shared(a, b map[string]bool) float64 {
	both := 0
	for w := range a {
		if b[w] {
			both++
		}
	}
	if len(a)+len(b) == 0 {
		return 1
	}
	return float64(both) / float64(len(a)+len(b)-both)
}
