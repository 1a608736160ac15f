package main

import (
	"math"

	"hardneg"
	"hardneg/internal/export"
)

// judgeTables counts, for each judge of the cascade and the next, which grades they gave to the same text.
type judgeTables map[int]*[4][4]int64

func (t judgeTables) add(vs []hardneg.Verdict) {
	for i := 1; i < len(vs); i++ {
		a, b := vs[i-1], vs[i]
		if a.Grade == hardneg.Ungraded || b.Grade == hardneg.Ungraded || b.Step != a.Step+1 {
			continue
		}
		if t[a.Step] == nil {
			t[a.Step] = &[4][4]int64{}
		}
		t[a.Step][a.Grade.Value()][b.Grade.Value()]++
	}
}

// agreement is that of the judges over all texts that the export has looked at.
func (e *exporter) agreement() (all []export.Agreement) {
	steps := e.cfg.Judge.Cascade
	for i := range len(steps) - 1 {
		if t := e.judges[i]; t != nil {
			a := agreementOf(t)
			a.First, a.Second = steps[i].Model, steps[i+1].Model
			all = append(all, a)
		}
	}
	return all
}

// agreementOf computes Cohen's kappa: the agreement beyond that of two judges who give their grades at random, as often as these do.
func agreementOf(t *[4][4]int64) (a export.Agreement) {
	var first, second [4]int64
	for i, row := range t {
		for j, n := range row {
			a.Texts += n
			first[i] += n
			second[j] += n
		}
		a.Same += t[i][i]
	}
	chance := 0.0
	for i := range first {
		chance += float64(first[i]) / float64(a.Texts) * float64(second[i]) / float64(a.Texts)
	}
	if a.Kappa = math.NaN(); chance < 1 {
		a.Kappa = (float64(a.Same)/float64(a.Texts) - chance) / (1 - chance)
	}
	return a
}
