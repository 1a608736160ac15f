package generate

import (
	"strings"
	"testing"

	"hardneg"
)

var oilCrisis = hardneg.Passage{
	ID: "1", Title: "1973 oil crisis",
	Text: "The 1973 oil crisis began in October 1973 when the members of the Organization of Arab Petroleum Exporting Countries " +
		"proclaimed an oil embargo. By the end of the embargo in March 1974, the price of oil had risen from US$3 per barrel to nearly $12 globally.",
}

func TestQueryRules(t *testing.T) {
	long := strings.Repeat("why did the oil price rise so fast in some countries and not in others ", 3)
	for _, c := range []struct {
		query, lang string
		want        Rule
	}{
		{"", "en", Empty},
		{" \n ?! ", "en", Empty},
		{"photosynthesis", "en", TooShort},
		{"N/A", "en", TooShort},
		{"None", "en", TooShort},
		{"TODO", "", TooShort},
		{"no query", "", TooShort},
		{"光合", "zh", TooShort},
		{"광합성", "ko", TooShort},
		{long, "en", TooLong},
		{"why " + strings.Repeat("antidisestablishmentarianismus", 12) + " oil", "", TooLong},
		{"Oil crisis, 1973?", "en", ""},
		{"1973 Oil Crisis!", "en", TitleOnly},
		{"members of the Organization of Arab Petroleum Exporting Countries proclaimed when", "en", Copied},
		{"price of oil had risen from how much", "en", ""},
		{"according to the passage, when did the embargo begin", "en", Deictic},
		{"when did it begin", "en", Deictic},
		{"How did this effect the producer prices?", "en", Deictic},
		{"when did the oil embargo begin\nwhen did it end", "en", MultiLine},
		{"when did the oil embargo\u200b begin", "en", ControlCharacters},
		{"when did the oil embargo\x07 begin", "en", ControlCharacters},
		{"when did the oil embargo begin\xff", "en", ControlCharacters},
		{"when did the oil embargo begin<|im_end|>", "en", SpecialTokens},
		{"</think> when did the oil embargo begin", "en", SpecialTokens},
		{"oil crisis " + strings.Repeat("1973 crisis oil ", 8), "en", Looping},
		{"Wann begann eigentlich die Ölkrise der siebziger Jahre in Europa?", "en", WrongLanguage},
		{"石油危机什么时候开始的", "en", WrongLanguage},
		{"how many litres of water does the boiler of an espresso machine hold?", "de", WrongLanguage},
		{"石油危机什么时候开始的", "zh", ""},
		{"石油危机", "zh", ""},
		{"광합성 과정", "ko", ""},
		{"I'm sorry, but I can't help with that.", "en", Refusal},
		{"As an AI language model, I cannot write queries.", "en", Refusal},
		{"Query: when did the oil embargo begin", "en", Meta},
		{"**Search query:** when did the oil embargo begin", "en", Meta},
		{"Here is a query: when did the oil embargo begin", "en", Meta},
		{"Sure! Here's one: oil embargo start", "en", Meta},
		{`{"query": "when did the oil embargo begin"}`, "en", Meta},
		{"```when did the oil embargo begin```", "en", Meta},
		{"A query that the passage would be the answer to", "en", Meta},
		{"when did the oil embargo of the seventies begin", "en", ""},
		{"opec oil embargo start date", "en", ""},
		{"what is query optimization in databases", "en", ""},
		{"query string parameters in java", "en", ""},
		{"i can't sleep because of noise what can i do", "en", ""},
		{"here comes the sun writer", "en", ""},
		{"question mark history", "en", ""},
		{"java 8: how to sort a list", "en", ""},
		{"note taking apps for ipad", "en", ""},
		{"how does </s> end a sequence in bpe when `</s>` is a token", "en", SpecialTokens},
		{"what is the `<|im_end|>` token in chat templates", "en", ""},
	} {
		if got := CheckQuery(c.query, oilCrisis, c.lang); got != c.want {
			t.Errorf("CheckQuery(%q, %q) = %q, want %q", c.query, c.lang, got, c.want)
		}
	}
}

func TestQueryKeyIsEqualForTheSameQuery(t *testing.T) {
	same := []string{"When did the oil embargo begin?", " when  did the OIL embargo begin", "“When did the oil\u00adembargo begin”"}
	if QueryKey(same[0]) != QueryKey(same[1]) {
		t.Error("case, blanks and punctuation make another query")
	}
	if QueryKey("what is C#") == QueryKey("what is C") || QueryKey("c++ vector") == QueryKey("c vector") {
		t.Error("languages with signs are taken for C")
	}
}

func FuzzCheckQuery(f *testing.F) {
	f.Add("when did the oil embargo begin", "en")
	f.Add("\xff\u200d光", "")
	f.Fuzz(func(t *testing.T, q, lang string) {
		rule := CheckQuery(q, oilCrisis, lang)
		if rule == "" && QueryKey(q) == "" {
			t.Errorf("%q without a word passes", q)
		}
		if again := CheckQuery(q, oilCrisis, lang); again != rule {
			t.Errorf("%q: %q and %q", q, rule, again)
		}
	})
}
