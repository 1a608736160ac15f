package generate

import (
	"strings"
	"testing"
)

// The entries of the catalogue that are about written texts, with the rule that each breaks. What breaks one is rejected with its
// name, and not asked for again.
func TestCatalogueOfTexts(t *testing.T) {
	for _, c := range []struct {
		id, query string
		want      Rule
	}{
		{"M17 a token of a template", "when did the oil embargo begin<|im_end|>", SpecialTokens},
		{"M17 the end of a thought", "</think> when did the oil embargo begin", SpecialTokens},
		{"M18 the same again and again", "oil crisis " + strings.Repeat("1973 crisis oil ", 8), Looping},
		{"M20 without an end", strings.Repeat("why did the oil price rise so fast in some countries and not in others ", 3), TooLong},
		{"M21 a sign", "?", Empty},
		{"M21 not applicable", "N/A", TooShort},
		{"M21 none", "None", TooShort},
		{"M21 to do", "TODO", TooShort},
		{"M22 German", "Wann begann eigentlich die Ölkrise der siebziger Jahre in Europa?", WrongLanguage},
		{"M22 Chinese", "石油危机什么时候开始的", WrongLanguage},
	} {
		if got := CheckQuery(c.query, oilCrisis, "en"); got != c.want {
			t.Errorf("%s: query is %q, want %q", c.id, got, c.want)
		}
	}
	for _, c := range []struct {
		id, text string
		want     Rule
	}{
		{"M17 a token of a template", "<s> " + suez, SpecialTokens},
		{"M18 the same again and again", suez + strings.Repeat(" And then the price of oil rose again.", 12), Looping},
		{"M20 much more than asked for", suez + " " + rationing + " " + oilCrisis.Text + " Then other ports closed one by one as winter came.", TooLong},
		{"M21 a sign", "…", Empty},
		{"M21 a few words", "The Suez crisis began in autumn 1956.", TooShort},
		{"M22 German", "Die Suezkrise schnitt den Kanal im Herbst 1956 ab, und die Tanker mussten um das Kap fahren. In Großbritannien wurde Benzin rationiert.", WrongLanguage},
	} {
		n := NegativeText{Query: embargoQuery, Text: c.text, Positive: oilCrisis.Text, Min: 40, Max: 50, Language: "en"}
		if got := CheckNegative(n); got != c.want {
			t.Errorf("%s: negative is %q, want %q", c.id, got, c.want)
		}
	}
}
