package generate

import (
	"strings"
	"testing"
)

const (
	embargoQuery = "When did the 1973 oil crisis begin?"
	suez         = "The Suez Crisis cut the canal off in the autumn of 1956, and tankers had to go around the Cape. Petrol was rationed in Britain from December " +
		"of that year until the following May, and drivers were given coupons for about two hundred miles a month."
	rationing = "Speed limits and car-free Sundays were ordered in several countries to save fuel. In the Netherlands people roller-skated on the motorways, " +
		"while Switzerland closed its roads for three Sundays in a row and sold fewer tickets than usual on its railways."
)

func TestNegativeRules(t *testing.T) {
	ask := func(s string) NegativeText {
		return NegativeText{Query: embargoQuery, Text: s, Positive: oilCrisis.Text, Others: []string{rationing}, Min: 40, Max: 50, Language: "en"}
	}
	for _, c := range []struct {
		name, text string
		want       Rule
	}{
		{"good", suez, ""},
		{"empty", " \n", Empty},
		{"nothing but signs", "…", Empty},
		{"refusal", "I'm sorry, but I can't assist with that request.", Refusal},
		{"control character", suez + "\x00", ControlCharacters},
		{"zero width", "The\u200b " + suez, ControlCharacters},
		{"special token", suez + "<|im_end|>", SpecialTokens},
		{"our fence", suez + "\n<<<end query 0a1b2c3d4e5f6071>>>", SpecialTokens},
		{"loop", suez + strings.Repeat(" And then the price of oil rose again.", 12), Looping},
		{"seven words", "The Suez crisis began in autumn 1956.", TooShort},
		{"less than a third of what was asked", "The Suez Crisis cut the canal off in the autumn of 1956.", TooShort},
		{"much more than asked", suez + " " + rationing + " " + oilCrisis.Text + " Then other ports closed one by one as winter came.", TooLong},
		{"holds the query", "Many pupils ask: when did the 1973 oil crisis begin? " + suez, CopyOfQuery},
		{"wrong language", "Die Suezkrise schnitt den Kanal im Herbst 1956 ab, und die Tanker mussten um das Kap fahren. In Großbritannien wurde Benzin rationiert.", WrongLanguage},
		{"the positive", oilCrisis.Text, NearDuplicateOfPositive},
		{"the positive with a change", strings.Replace(oilCrisis.Text, "globally", "worldwide", 1), NearDuplicateOfPositive},
		{"half of the positive", oilCrisis.Text[:130], NearDuplicateOfPositive},
		{"another negative", strings.ToUpper(rationing), NearDuplicate},
	} {
		if got := CheckNegative(ask(c.text)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestBoundsOfNegatives(t *testing.T) {
	n := NegativeText{Query: "oil", Text: suez}
	if got := CheckNegative(n); got != "" {
		t.Errorf("nothing asked, nothing known: %q", got)
	}
	n.Text = "Car-free Sundays. People roller-skated on Dutch motorways then."
	if got := CheckNegative(n); got != "" {
		t.Errorf("eight words and no minimum: %q", got)
	}
	n = NegativeText{Query: "Car-free Sundays?", Text: "Car-free Sundays. People roller-skated on Dutch motorways then."}
	if got := CheckNegative(n); got != CopyOfQuery {
		t.Errorf("the query as a heading of little more: %q", got)
	}
	n.Text = "Car-free Sundays. " + rationing
	if got := CheckNegative(n); got != "" {
		t.Errorf("the query as a heading of a text: %q", got)
	}
	n = NegativeText{Query: "what is the definition of a plane figure called triangle", Text: "What is the definition of a plane figure called triangle?"}
	if got := CheckNegative(n); got != CopyOfQuery {
		t.Errorf("the query itself: %q", got)
	}
}

func TestMetaText(t *testing.T) {
	for _, s := range []string{
		"This passage does not answer when the crisis began, but it describes rationing.",
		"The passage doesn't mention the date.",
		"Tankers went around the Cape. The text does not provide any information on the date.",
		"Tankers went around the Cape, which does not answer the query.",
		"The query asks about the oil crisis; here we look at Suez instead.",
		"This is a hard negative about Suez.",
		"The Suez text serves as a hard negative for the query.",
		"Here is a passage about the Suez Crisis: tankers had to go around the Cape.",
		"Here are three hard negatives:\n1. The Suez Crisis cut the canal off.",
		"Sure, here's the text. The Suez Crisis cut the canal off.",
		"Note: this passage is fictional. The Suez Crisis cut the canal off.",
		"Negative 1: The Suez Crisis cut the canal off.",
		"**Negative 2:** The Suez Crisis cut the canal off.",
		"Hard Negative:\nThe Suez Crisis cut the canal off.",
		"Passage 3: The Suez Crisis cut the canal off.",
		"Passage: The Suez Crisis cut the canal off.",
		"Breaks: the right year\nThe Suez Crisis cut the canal off.",
		"```json\n{\"negatives\": [{\"text\": \"The Suez Crisis\"}]}\n```",
		`{"text": "The Suez Crisis cut the canal off."}`,
		`[{"breaks": "year", "text": "The Suez Crisis cut the canal off."}]`,
		"This passage discusses the Suez Crisis and the ways of the tankers.",
		"The Suez Crisis cut the canal off. (Note: this does not answer the query.)",
		"The Suez Crisis cut the canal off.\nExplanation: the passage breaks the requirement of the right year.",
		"The Suez Crisis cut the canal off in the autumn. (42 words)",
		"It describes the crisis without revealing the answer.",
		"It states the rationing but not the asked-for value.",
		"Die Tanker fuhren um das Kap. Diese Passage beantwortet die Frage nicht.",
		"Ce passage ne répond pas à la question.",
		"这段文字没有回答问题。",
	} {
		if !metaText(strings.ToLower(s)) {
			t.Errorf("not seen: %q", s)
		}
	}
}

func TestSubjectsThatAreNotMetaText(t *testing.T) {
	for _, s := range []string{
		"The question of slavery divided the party long before the war.",
		"The passage of the bill took eleven weeks and four readings.",
		"The answering machine was patented in 1949 and sold slowly.",
		"The Northwest Passage does not freeze in every summer.",
		"The passage does not allow ships of deep draught to turn.",
		"The mountain passage doesn't provide shelter from the north wind.",
		"The minister did not answer the question and left the hall.",
		"The query returns all rows in which the column is null.",
		"A slow query is written to the log together with its plan.",
		"Note that the valve must be closed before the pump starts.",
		"Note: This feature is in beta and may change.",
		"Negative feedback keeps the temperature of the body steady.",
		"Negative numbers were called absurd by several mathematicians.",
		"Passages from the diary were read in court.",
		"The text of the treaty was drawn up in French.",
		"This text was carved into the north wall of the temple.",
		"This article is about the city in Ohio.",
		"Here is the house in which the poet was born.",
		"Here are the results of the second round by district.",
		"Sure enough, the river rose again in the spring.",
		"The answer was sent by telegraph on the same evening.",
		"Training with hard negatives improves dense retrievers.",
		"Requirements for the licence differ between the states.",
		"Documents 12 and 13 were burnt. Document: a word from Latin.",
		"In this passage of the Iliad the ships are counted.",
		"\"text\" is a keyword in many languages.",
		"{ \"name\": \"demo\", \"version\": \"1.0.0\" } is a package file.",
		"He asked a question and was given no answer.",
		"The court held that the statute does not address electronic mail.",
		"About 250 words were cut (they are lost).",
	} {
		if metaText(strings.ToLower(s)) {
			t.Errorf("taken for meta text: %q", s)
		}
	}
}

func FuzzCheckNegative(f *testing.F) {
	f.Add(embargoQuery, suez, oilCrisis.Text)
	f.Add("", "\xff", "\u200d")
	f.Fuzz(func(t *testing.T, query, text, positive string) {
		n := NegativeText{Query: query, Text: text, Positive: positive, Min: 10, Max: 20, Language: "en"}
		rule := CheckNegative(n)
		n.Others = []string{text}
		if again := CheckNegative(n); rule == "" && again != NearDuplicate {
			t.Errorf("%q passes twice: %q", text, again)
		}
	})
}
