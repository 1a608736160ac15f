package generate

import (
	"testing"

	"hardneg"
	"hardneg/internal/llm"
)

func TestPassagesThatSayNothingAreNotAskedAbout(t *testing.T) {
	for body, want := range map[string]Rule{
		"... --- ***":                 PassageWordless,
		"。。。！！":                       PassageWordless,
		"See page three":              PassageTooShort,
		"Home | About":                PassageTooShort,
		"Water boils at 100 degrees.": "",
		"水在海平面气压下于一百摄氏度沸腾。":               "",
		"Wasser siedet bei hundert Grad.": "",
		"น้ำเดือดที่อุณหภูมิหนึ่งร้อยองศาเซลเซียส": "",
	} {
		p := hardneg.Passage{ID: "p", Title: "A title of five words", Text: body}
		if got := CheckPassage(p); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
		a := &author{write: func(llm.Request) (string, error) { return `{"query":"at what temperature does water boil"}`, nil }}
		g := &Queries{Writer: writerOf(t, "query", a), PerPassage: 2}
		made, err := g.Write(t.Context(), p, nil, 0)
		if err != nil || len(made.Queries) != 2 {
			t.Fatalf("%s: %+v, %v", body, made, err)
		}
		if want == "" {
			continue
		}
		for _, q := range made.Queries {
			if q.Outcome != hardneg.Rejected || q.Reason != string(want) || len(a.asked) > 0 {
				t.Errorf("%s: %+v after %d requests", body, q, len(a.asked))
			}
		}
	}
}
