package judge

import (
	"slices"

	"hardneg"
)

// Combine is a rule that makes one verdict of several judges'. A negative that every judge must refuse wants any, a positive that
// every judge must grant wants all. Panels of small judges of different families are competitive with one large judge (PoLL, arXiv
// 2404.18796; JudgeBlender, arXiv 2412.13268).
type Combine string

// The rules.
const (
	Any       Combine = "any"       // relevant if it is to one of them: the highest grade
	All       Combine = "all"       // relevant if it is to all: the lowest grade
	Majority  Combine = "majority"  // the grade in the middle; undecided where two stand there and differ
	Mean      Combine = "mean"      // the mean grade, rounded, halves upwards
	Unanimous Combine = "unanimous" // what all say; undecided where they differ
)

// Combines lists the rules.
var Combines = []string{string(Any), string(All), string(Majority), string(Mean), string(Unanimous)}

// combine makes one verdict of those of several judges on one text. What a judge that failed or is unsure could have said is left
// open: where it could change the outcome the combination has failed, or is unsure; where it could not, it does not matter.
func (rule Combine) combine(vs []hardneg.Verdict) hardneg.Verdict {
	out := vs[0]
	out.Grade, out.Score, out.Unsure, out.Failure = hardneg.Ungraded, 0, false, ""
	out.Origin.Method = string(rule)
	var grades []int
	open, failure := 0, ""
	for i, v := range vs {
		if i > 0 && v.Judge != "" {
			out.Judge += ", " + v.Judge
		}
		switch {
		case v.Failure != "":
			open++
			if failure == "" {
				failure = v.Failure
			}
		case v.Unsure:
			open++
		default:
			grades = append(grades, v.Grade.Value())
		}
	}
	out.Origin.Model = out.Judge
	grade, decided := rule.outcome(grades, open)
	switch {
	case decided:
		out.Grade, _ = hardneg.GradeOf(grade)
		out.Score = rule.score(vs, out.Grade)
	case failure != "":
		out.Failure = failure
	default:
		out.Unsure = true
	}
	return out
}

// outcome is the grade that follows whatever the open judges would have said; decided is false if that could change it.
func (rule Combine) outcome(grades []int, open int) (grade int, decided bool) {
	if open == 0 {
		return rule.grade(grades)
	}
	for said := range 4 {
		g, ok := rule.outcome(append(slices.Clone(grades), said), open-1)
		if !ok || said > 0 && g != grade {
			return 0, false
		}
		grade = g
	}
	return grade, true
}

func (rule Combine) grade(grades []int) (grade int, decided bool) {
	n := len(grades)
	sorted := slices.Sorted(slices.Values(grades))
	switch rule {
	case All:
		return sorted[0], true
	case Majority:
		return sorted[n/2], n%2 == 1 || sorted[n/2-1] == sorted[n/2]
	case Mean:
		sum := 0
		for _, g := range grades {
			sum += g
		}
		return (2*sum + n) / (2 * n), true
	case Unanimous:
		return sorted[0], sorted[0] == sorted[n-1]
	}
	return sorted[n-1], true
}

// score is the mean score of the judges that said the grade; with rule mean, of all that said one.
func (rule Combine) score(vs []hardneg.Verdict, grade hardneg.Grade) float64 {
	sum, n := 0.0, 0
	for _, v := range vs {
		if v.Grade == grade || rule == Mean && v.Grade != hardneg.Ungraded {
			sum += v.Score
			n++
		}
	}
	if n == 0 {
		return float64(grade.Value()) / 3
	}
	return sum / float64(n)
}
