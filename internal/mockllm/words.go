package mockllm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
)

// ordered is an object whose members keep their order.
type ordered []member

type member struct {
	name  string
	value any
}

// MarshalJSON implements [json.Marshaler].
func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		v, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", m.name, v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

var stopWords = wordSet(`about above after again against also although always among another around because been before being
below between both could does down during each even ever every from further have having here itself just like made make many
might more most much must never often only other over same should since some such than that their them then there these they
this those through under until upon very were what when where which while will with within without would your title into`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// contentWords are the words that say what a text is about: longer than three letters and no function words; in lower case,
// each once, in the order of the text.
func contentWords(text string) []string {
	seen := map[string]bool{}
	var words []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len([]rune(w)) > 3 && !stopWords[w] && !seen[w] {
			seen[w] = true
			words = append(words, w)
		}
	}
	return words
}

// The templates of queries have only short words and function words of their own, so that all content words of a query are from
// its passage: by that a passage is known as its query's source.
var queryTemplates = []string{
	"what is the %s of %s and %s for %s", "how is %s in %s due to %s and %s", "why does %s have %s with %s or %s",
	"when did %s get %s from %s by %s", "%s %s %s %s", "which %s has %s and %s near %s", "how do %s and %s act on %s in %s",
	"who put %s with %s under %s and %s",
}

// makeQuery asks for four words of a passage, which stand in it in another order.
func makeQuery(passage string, dice *rand.Rand) string {
	words := slices.DeleteFunc(contentWords(passage), func(w string) bool { return len(w) > 24 })
	if len(words) == 0 {
		words = []string{"nothing"}
	}
	picked := make([]any, 4)
	for i, n := range dice.Perm(max(len(words), 4))[:4] {
		picked[i] = words[n%len(words)]
	}
	return fmt.Sprintf(queryTemplates[dice.IntN(len(queryTemplates))], picked...)
}

var (
	fillerNouns = strings.Fields(`agreement archive balance bridge budget canal catalogue climate committee contract council
custom district economy engine estate exhibition factory forest garden harbour history institute journal kingdom laboratory
landscape library market method museum network office orchard painting parish pattern period picture province railway record
region report river school season settlement society station street survey system temple theory tower tradition treaty valley
village volume workshop`)
	fillerVerbs = strings.Fields(`affected changed described followed influenced joined limited measured opposed preceded
prepared recorded replaced served shaped supported surrounded`)
	fillerAdjectives = strings.Fields(`ancient careful coastal common distant early eastern famous former gradual important
large later local modern narrow northern notable ordinary original recent regional separate similar small southern steady
technical traditional typical western`)
	sentenceForms = []string{
		"The %[1]s %[2]s %[3]s the %[4]s %[5]s.",
		"In the %[1]s %[5]s, a %[2]s near the %[4]s %[3]s many of them.",
		"Most accounts of the %[2]s mention how the %[4]s %[3]s its %[1]s %[5]s.",
		"It was the %[4]s that %[3]s the %[1]s %[2]s before the %[5]s was there.",
		"During that %[5]s, the %[2]s of the %[1]s %[4]s %[3]s other parts of it.",
	}
)

// makePassage writes a text of lo to hi words on a query, the i-th of several. It uses at most half of the query's content
// words, so that it is never taken for the query's source.
func makePassage(query string, i, lo, hi int) string {
	dice := rand.New(rand.NewPCG(hashOf(query), uint64(i)+1))
	topic := contentWords(query)
	dice.Shuffle(len(topic), func(a, b int) { topic[a], topic[b] = topic[b], topic[a] })
	topic = topic[:len(topic)/2]
	least := lo + dice.IntN(max(hi-lo, 0)/3+1)
	var words []string
	for n := 0; len(words) < least; n++ {
		words = append(words, strings.Fields(sentence(dice, topic, n))...)
	}
	if len(words) > hi {
		words = words[:hi]
	}
	text := strings.TrimRight(strings.Join(words, " "), ".,")
	return text + "."
}

func sentence(dice *rand.Rand, topic []string, n int) string {
	one := func(of []string) string { return of[dice.IntN(len(of))] }
	about := one(fillerNouns)
	if len(topic) > 0 {
		about = topic[n%len(topic)]
	}
	return fmt.Sprintf(one(sentenceForms), one(fillerAdjectives), about, one(fillerVerbs), one(fillerNouns), one(fillerNouns))
}

// DefaultGrade is a pure function of model, query and passage. A passage that has at least three quarters of the query's content
// words is its source and nearly always answers it, whichever model is asked; of others, 70 % are on topic, 10 % answer, 8 % in
// part, 8 % are off topic, and 4 % cannot be told.
func DefaultGrade(model, query, passage string) string {
	if isSource(query, passage) {
		return draw(hashOf(query, passage), share{"3", 92}, share{"2", 4}, share{"1", 2}, share{"0", 1}, share{"unsure", 1})
	}
	return draw(hashOf(model, query, passage), share{"1", 70}, share{"3", 10}, share{"2", 8}, share{"0", 8}, share{"unsure", 4})
}

func isSource(query, passage string) bool {
	wanted := contentWords(query)
	if len(wanted) == 0 {
		return false
	}
	has := map[string]bool{}
	for _, w := range contentWords(passage) {
		has[w] = true
	}
	found := 0
	for _, w := range wanted {
		if has[w] {
			found++
		}
	}
	return 4*found >= 3*len(wanted)
}

type share struct {
	grade   string
	percent uint64
}

func draw(hash uint64, shares ...share) string {
	at := hash % 100
	for _, s := range shares {
		if at < s.percent {
			return s.grade
		}
		at -= s.percent
	}
	return shares[0].grade
}
