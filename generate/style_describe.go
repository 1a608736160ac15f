package generate

import (
	"fmt"
	"strings"
)

// traits are the names under which the features of a passage are counted.
func (f Features) traits() []string {
	all := []struct {
		has  bool
		name string
	}{
		{f.Title, "title"}, {f.List, "list"}, {f.Table, "table"}, {f.Code, "code"}, {f.InlineCode, "inlineCode"}, {f.Heading, "heading"},
		{f.Link, "link"}, {f.Number, "number"}, {f.Year, "year"}, {f.Date, "date"}, {f.Citation, "citation"}, {f.Quote, "quote"},
		{f.Question, "question"}, {f.First, "first"}, {f.Plural, "plural"}, {f.Second, "second"}, {f.Informal, "informal"},
		{f.Register != "", "register:" + f.Register}, {f.Opening != "", "opening:" + f.Opening},
	}
	var names []string
	for _, t := range all {
		if t.has {
			names = append(names, t.name)
		}
	}
	return names
}

// Describe tells a writer how texts of the corpus are written, in two to five plain sentences of a closed vocabulary. It gives
// no length of texts: that is drawn for each text by [StyleCard.Length].
func (c StyleCard) Describe() string {
	if c.N == 0 {
		return "Plain informative prose in full sentences. No title line."
	}
	out := []string{c.describeRegister()}
	for _, s := range []string{c.describeContent(), c.describeForm(), c.describeVoice(), c.describeOpening()} {
		if s != "" {
			out = append(out, s)
		}
	}
	if len(out) > 4 { // how texts open is told with the title line
		out[3] = strings.TrimSuffix(out[3], ".") + "; " + lowerFirst(out[4])
		out = out[:4]
	}
	return strings.Join(append(out, "No title line."), " ")
}

// registers in words, for a corpus that is mostly of one.
var registerWords = map[string]string{
	"register:" + registerTalk:     "personal, conversational writing, as in a forum or a review,",
	"register:" + registerManual:   "technical documentation or instructions",
	"register:" + registerScholar:  "scholarly prose",
	"register:" + registerLegal:    "legal and official language",
	"register:" + registerFragment: "short fragments, such as headings or single phrases, not full sentences",
}

func (c StyleCard) describeRegister() string {
	best, name := 0.0, "register:"+registerPlain
	for _, r := range []string{registerPlain, registerManual, registerTalk, registerScholar, registerLegal, registerFragment} {
		if s := c.Shares["register:"+r]; s > best {
			best, name = s, "register:"+r
		}
	}
	kind, ok := registerWords[name]
	if !ok {
		kind = c.plainProse()
	}
	s := "Mostly " + kind
	if best < 0.5 {
		s = "Of several kinds, most often " + kind
	}
	s = strings.TrimSuffix(c.withSentences(s, name), ",")
	if names := c.languageNames(); c.Language() == "" && len(names) > 1 {
		s += ", in " + list(names)
	}
	return s + "."
}

func (c StyleCard) withSentences(s, register string) string {
	if c.Sentence == 0 || register == "register:"+registerFragment {
		return s
	}
	return fmt.Sprintf("%s in sentences of about %d words", s, c.Sentence)
}

// plainProse names third-person prose more closely: what names years tells of the past, what quotes people reports.
func (c StyleCard) plainProse() string {
	switch {
	case c.Shares["quote"] >= 0.5 && c.Shares["year"] < 0.5:
		return "plain reporting prose with quotations"
	case c.Shares["year"] >= 0.35:
		return "plain encyclopaedic prose"
	}
	return "plain informative prose"
}

// claim is a trait and how it is told.
type claim struct{ trait, verb, object string }

func (c StyleCard) describeContent() string {
	return sentence(c.tell(0.05, claim{"number", "give", "figures"}, claim{"date", "give", "exact dates"}, claim{"year", "name", "years"},
		claim{"quote", "quote", "somebody's words"}, claim{"citation", "carry", "citation marks"}))
}

func (c StyleCard) describeForm() string {
	told := c.tell(0.03, claim{"list", "contain", "lists"}, claim{"table", "contain", "tables"}, claim{"code", "contain", "code blocks"},
		claim{"link", "contain", "links"}, claim{"heading", "contain", "headings"}, claim{"inlineCode", "mark", "names as `code`"})
	if told == "" {
		return "Running text without lists, headings or code."
	}
	return sentence(told)
}

func (c StyleCard) describeVoice() string {
	told := c.tell(0.08, claim{"second", "address", "the reader as \"you\""}, claim{"first", "speak", "as \"I\""}, claim{"plural", "speak", "as \"we\""},
		claim{"informal", "use", "contractions"}, claim{"question", "ask", "a question"})
	if c.Shares["first"] >= 0.08 || c.Shares["second"] >= 0.08 || c.Shares["plural"] >= 0.08 {
		return sentence(told)
	}
	if told != "" {
		return "In the third person; " + told + "."
	}
	return "In the third person."
}

func (c StyleCard) describeOpening() string {
	return sentence(c.tell(0.04, claim{"opening:" + openingPronoun, "start", "with a word such as \"It\" or \"However\", as if cut from a longer text"},
		claim{"opening:" + openingMarkup, "open", "with a heading, list or code"}, claim{"opening:" + openingQuestion, "open", "with a question"},
		claim{"opening:" + openingMidway, "begin", "in mid-sentence"}))
}

// tell puts the claims that hold for at least a share of the texts into words, those of equal share together and those of
// one verb under it.
func (c StyleCard) tell(least float64, claims ...claim) string {
	var portions []string
	told := map[string][]claim{}
	for _, cl := range claims {
		if s := c.Shares[cl.trait]; s >= least {
			in := portion(s)
			if told[in] == nil {
				portions = append(portions, in)
			}
			told[in] = append(told[in], cl)
		}
	}
	for i, in := range portions {
		portions[i] = in + " " + predicates(told[in])
	}
	return strings.Join(portions, "; ")
}

// predicates joins claims; neighbours of one verb share it.
func predicates(claims []claim) string {
	var verbs []string
	for i := 0; i < len(claims); {
		verb, objects := claims[i].verb, []string(nil)
		for ; i < len(claims) && claims[i].verb == verb; i++ {
			objects = append(objects, claims[i].object)
		}
		verbs = append(verbs, verb+" "+list(objects))
	}
	return list(verbs)
}

// portion is a share in words.
func portion(s float64) string {
	for _, p := range []struct {
		least float64
		words string
	}{
		{0.95, "nearly all"}, {0.75, "most"}, {0.58, "more than half"}, {0.43, "about half"}, {0.28, "about a third"}, {0.17, "about one in five"},
		{0.08, "about one in ten"},
	} {
		if s >= p.least {
			return p.words
		}
	}
	return "a few"
}

func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// list joins words as in a sentence.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
