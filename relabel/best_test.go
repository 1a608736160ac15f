package relabel

import (
	"testing"

	"hardneg"
)

func TestTheBestPositiveIsTheOneWithTheHighestScore(t *testing.T) {
	text := func(score float64) hardneg.Text { return hardneg.Text{Score: score, HasScore: true} }
	for name, c := range map[string]struct {
		texts []hardneg.Text
		want  int
	}{
		"the passage alone":           {[]hardneg.Text{text(.4)}, 0},
		"another is better":           {[]hardneg.Text{text(.7), text(.9), text(.8)}, 1},
		"as good as the passage":      {[]hardneg.Text{text(.9), text(.9)}, 0},
		"the passage was not graded":  {[]hardneg.Text{{}, text(.7)}, 1},
		"an ungraded one is not best": {[]hardneg.Text{text(0), {Score: 1}}, 0},
	} {
		if got := Best(c.texts); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
