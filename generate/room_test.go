package generate

import (
	"testing"

	"hardneg/prompts"
)

func TestLongTextsGetTheRoomTheyNeedAtOnce(t *testing.T) {
	three := func(words int) []prompts.Length {
		return []prompts.Length{{Max: words}, {Max: words}, {Max: words}}
	}
	for _, c := range []struct {
		name       string
		words      int
		configured int
		want       int
	}{
		{"short texts fit into the cap", 80, 1024, 1024},
		{"long ones raise it", 260, 1024, 400 + 3*2*260},
		{"to twice of what is configured at most", 260, 512, 1024},
		{"no cap stays none", 260, 0, 0},
	} {
		if got := roomFor(three(c.words), c.configured); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
