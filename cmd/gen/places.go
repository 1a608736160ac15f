package main

import (
	"context"
	"fmt"
	"math"
	"strings"

	"hardneg/store"
)

// placeStatus says whether a judge looks at where a text stands (M13): texts that it graded in one order and in the opposite one are
// compared with themselves.
//
// Which of the two orders comes first is drawn, so a judge that looks at the texts alone is as likely to grade a text higher where it
// stands further up as where it stands further down. Z is the sum over the queries of up minus down, by its standard error; texts of
// one query are taken together, as they share their requests. Under that hypothesis it is normal with mean 0 and variance 1, if there
// are enough queries with a difference. A judge that likes the middle better than both ends alike is seen in the mean grades only.
type placeStatus struct {
	Queries  int        `json:"queries"`           // in which a text was graded in two places
	Texts    int        `json:"texts"`             // that were
	Differ   int        `json:"queries_differing"` // queries where up and down don't cancel out
	UpByMean float64    `json:"up_minus_down"`     // mean over the texts, in grades: above 0, what stands further up gets more
	Z        *float64   `json:"z,omitempty"`       // nil: too few queries differ
	P        *float64   `json:"p,omitempty"`       // two-sided
	ByPlace  []placedAt `json:"by_place"`
}

// placedAt is the mean grade in one place, over both orders.
type placedAt struct {
	Place int     `json:"place"` // from 1
	Texts int     `json:"texts"`
	Mean  float64 `json:"mean_grade"`
}

// The numbers of the test.
const (
	fewestDiffering = 20   // queries with a difference, for which a normal distribution is near enough
	placeMatters    = 0.01 // p below which the order is said to matter
)

// placeTest gathers the texts of one judge, those of a query one after the other.
type placeTest struct {
	status        placeStatus
	query         int64 // the current one
	up            int   // its sum of up minus down
	sum, sum2     int   // over the queries before it
	grades, texts []int // by place, from 0
}

func (t *placeTest) add(w store.Swap) {
	if w.First.Place == w.Again.Place { // in the middle: no order tells of it
		return
	}
	if t.status.Queries == 0 || w.Query != t.query {
		t.close()
		t.query = w.Query
		t.status.Queries++
	}
	t.status.Texts++
	diff := w.First.Grade - w.Again.Grade
	if w.First.Place > w.Again.Place {
		diff = -diff
	}
	t.up += diff
	for _, p := range []store.Placed{w.First, w.Again} {
		for len(t.texts) < p.Place {
			t.grades, t.texts = append(t.grades, 0), append(t.texts, 0)
		}
		t.grades[p.Place-1] += p.Grade
		t.texts[p.Place-1]++
	}
}

// close ends a query.
func (t *placeTest) close() {
	if t.up != 0 {
		t.status.Differ++
	}
	t.sum, t.sum2, t.up = t.sum+t.up, t.sum2+t.up*t.up, 0
}

// result is nil where no text was graded in two places.
func (t *placeTest) result() *placeStatus {
	t.close()
	out := t.status
	if out.Texts == 0 {
		return nil
	}
	out.UpByMean = rounded(float64(t.sum) / float64(out.Texts))
	if out.Differ >= fewestDiffering {
		exact := float64(t.sum) / math.Sqrt(float64(t.sum2))
		z, p := rounded(exact), math.Erfc(math.Abs(exact)/math.Sqrt2)
		out.Z, out.P = &z, &p
	}
	for i, n := range t.texts {
		if n > 0 {
			out.ByPlace = append(out.ByPlace, placedAt{Place: i + 1, Texts: n, Mean: rounded(float64(t.grades[i]) / float64(n))})
		}
	}
	return &out
}

func rounded(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// placesOf reads the texts of a step that were graded in two orders.
func placesOf(ctx context.Context, st *store.Store, recipe int64, step int) (*placeStatus, error) {
	var t placeTest
	if err := st.Swaps(ctx, recipe, step, t.add); err != nil {
		return nil, err
	}
	return t.result(), nil
}

// matters reports whether the judge is known to look at the order.
func (p *placeStatus) matters() bool { return p.P != nil && *p.P < placeMatters }

func (p *placeStatus) String() string {
	var means []string
	for _, at := range p.ByPlace {
		means = append(means, fmt.Sprintf("%.2f", at.Mean))
	}
	more := "less"
	if p.UpByMean > 0 {
		more = "more"
	}
	out := fmt.Sprintf("; by place in the request, mean grades %s", strings.Join(means, " "))
	switch {
	case p.P == nil && p.Differ == 0 && p.Queries >= fewestDiffering:
		return out + fmt.Sprintf(": no sign that the place matters (none of %d queries differs)", p.Queries)
	case p.P == nil:
		return out + fmt.Sprintf(": whether the place matters can't be told (%d of %d queries differ, at least %d have to)", p.Differ, p.Queries, fewestDiffering)
	case p.matters():
		return out + fmt.Sprintf(": the place matters, what stands further up gets %.2f grades %s (z %.1f, p %.1g)", math.Abs(p.UpByMean), more, *p.Z, *p.P)
	}
	return out + fmt.Sprintf(": no sign that the place matters (z %.1f, p %.2g)", *p.Z, *p.P)
}
