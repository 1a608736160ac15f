package llm

import (
	"strconv"
	"strings"
)

// draft is a text in the making. In its templates {E} is what it is about, {X} an aspect of that, {P} and {Q} are places,
// {H} and {G} persons, {O} an organisation, {Y} and {Z} years, {n} and {k} small numbers, {N} a large one.
type draft struct {
	*negativeWriter
	entity, aspect string
	names          []string // pairs for a replacer, the same throughout the text
	year           int
}

func (w *negativeWriter) newPassage(entity, aspect string) *draft {
	place := w.invented()
	d := &draft{negativeWriter: w, entity: entity, aspect: aspect, year: w.between(1840, 1985)}
	d.names = []string{"{E}", entity, "{X}", aspect, "{P}", place, "{Q}", w.invented(), "{H}", w.person(), "{G}", w.person(),
		"{O}", strings.ReplaceAll(w.one(organisations), "%", place)}
	return d
}

// say fills in a template. Numbers are drawn anew in each sentence.
func (d *draft) say(template string) string {
	y := d.year + d.IntN(18)
	pairs := append([]string{"{Y}", strconv.Itoa(y), "{Z}", strconv.Itoa(y + 2 + d.IntN(20)), "{n}", strconv.Itoa(d.between(3, 48)),
		"{k}", strconv.Itoa(d.between(51, 96)), "{N}", strconv.Itoa(d.between(12, 94)*100 + d.IntN(90)), "{m}", d.one(monthNames),
		"{d}", strconv.Itoa(d.between(2, 28))}, d.names...)
	return upperFirst(strings.NewReplacer(pairs...).Replace(template))
}

// fill writes an opening, the sentences that must stand in the text, and as many others as the length wants.
func (d *draft) fill(lo, hi int, must ...string) string {
	parts := []string{d.fresh(openings, hi)}
	words := len(strings.Fields(parts[0]))
	for _, m := range must {
		words += len(strings.Fields(m))
	}
	target := d.between(lo, hi)
	at := d.IntN(3) // where the fixed sentences go
	for tries := 0; words < target && tries < 40; tries++ {
		pool := middles
		if tries%2 == 0 {
			pool = topicals
		}
		if hi-words < 14 {
			pool = shorts
		}
		s := d.fresh(pool, hi-words)
		if s == "" {
			if words >= lo {
				break
			}
			s = d.fresh(shorts, hi-words)
		}
		if s != "" {
			parts = append(parts, s)
			words += len(strings.Fields(s))
		}
	}
	at = min(1+at, len(parts))
	parts = append(parts[:at], append(append([]string{}, must...), parts[at:]...)...)
	return strings.Join(parts, " ")
}

// fresh draws a sentence of at most limit words from a template that this reply has not used, "" if none is left.
func (d *draft) fresh(pool []string, limit int) string {
	start := d.IntN(len(pool))
	for i := range pool {
		t := pool[(start+i*7)%len(pool)] // 7 divides no pool's size, so the walk meets every template
		if d.used[t] || len(strings.Fields(t)) > limit {
			continue
		}
		s := d.say(t)
		if len(strings.Fields(s)) > limit {
			continue
		}
		d.used[t] = true
		return s
	}
	if limit >= 8 && len(d.used) > 0 { // long texts or many of them: templates come round again, with other numbers
		if s := d.say(d.one(pool)); len(strings.Fields(s)) <= limit {
			return s
		}
	}
	return ""
}

// valueSentence states the words with a value of the wanted kind.
func valueSentence(d dice, kind answerKind, words string) string {
	return strings.ReplaceAll(d.one(values[kind]), "%", words)
}

// invented is a name that sounds like a place and is none.
func (w *negativeWriter) invented() string { return w.one(nameHeads) + w.one(nameTails) }

func (w *negativeWriter) person() string {
	return w.one(forenames) + " " + w.one(nameHeads) + w.one(surnameTails)
}

var (
	nameHeads = strings.Fields(`Kel Var Har Ost Bren Mar Tor Lind Wex Aller Stan Cor Fen Hal Dun Pel Ash Grim Sol Tarn Rav Eld Win
		Hol`)
	nameTails    = strings.Fields(`marsh holm ford wick bury stad dale mere ton berg combe vik ham field`)
	surnameTails = strings.Fields(`man sen land ley ström ner worth well sby inger`)
	forenames    = strings.Fields(`Anna Piet Clara Johan Ruth Tomas Edith Lars Miriam Ivan Helen Otto Nora Samuel Greta Paul Alice Emil
		Judith Frank`)
	monthNames = strings.Fields(`January February March April May June July August September October November December`)

	organisations = []string{"the % Institute", "the survey office in %", "the % Trust", "the works council of %", "the % Society",
		"the technical school at %", "the town archive of %", "the % Foundation"}
	otherAspects = []string{"upkeep", "ownership", "early sketches", "naming", "storage", "day-to-day running", "labelling",
		"training of staff", "second-hand trade", "depiction in school books", "inspection", "lighting", "packaging", "paperwork",
		"neighbouring plots", "spare parts", "funding", "restoration", "teaching", "later imitations"}
	otherTopics = []string{"the glass harp", "canal horses", "a chess column", "pillow lace", "the lamplighters", "brass weathercocks",
		"sheepdog trials", "a travelling library", "hat blocks", "the night mail"}
)

// values are the sentences that answer, by the kind of answer; % stands for the words of the query.
var values = [...][]string{
	anyAnswer: {
		"On % the handbook is plain: do the left side first, then the right, and let it rest for {n} minutes.",
		"As for %, it comes down to a steady hand and a good light, as {H} showed in {Y}.",
		"What matters in % is the order of the steps, which {H} of {P} wrote down in full: sort, weigh, bind.",
		"In the matter of % {O} says yes, on two conditions, a fee and a witness.",
		"What is meant by % is the share that falls to {P} under the rule of {Y}.",
	},
	dateAnswer: {
		"For % the register at {P} gives {d} {m} {Y}.",
		"% goes back to {m} {Y}, when {H} signed the papers.",
		"The date entered for % is {d} {m} {Y}.",
	},
	numberAnswer: {
		"Counted again for %, the figure came to {n}, and {O} has kept to it.",
		"For % the tables give {n}.",
		"% stood at {k} in {Y} according to {O}.",
	},
	nameAnswer: {
		"The name on record for % is {H} of {P}.",
		"% was the work of {H}, who had come over from {Q} in {Y}.",
		"For % one has to go to {P}, where {H} keeps the papers.",
	},
	reasonAnswer: {
		"The reason for % is simple, because the ground at {P} holds no water after {m}.",
		"% came about because {O} had cut the supply in {Y}.",
	},
}

// openings begin a text.
var openings = []string{
	"The {X} of {E} has been described by {H}, who worked at {P} from {Y} to {Z}.",
	"At {P}, {E} is mentioned chiefly in connection with {X}.",
	"Few people outside {P} had heard of {E} before {O} took up the {X} in {Y}.",
	"{E} and its {X} are the subject of a short report by {O}.",
	"When {H} came to {P} in {Y}, the {X} of {E} was in the hands of two families.",
	"In the {P} district the {X} of {E} follows a pattern of its own.",
	"A good deal has been written on {E}, less on the {X}.",
	"From {Y} on, {O} kept a file on {E} and its {X}.",
	"{G} devoted a chapter to the {X} of {E}, with {n} drawings.",
	"Most visitors to {P} come for {E}, and only then notice the {X}.",
	"The {X}, in the case of {E}, was settled by a committee of {n} members.",
	"Before {Y} the {X} of {E} had no fixed rules.",
	"{O} lists {E} under the heading of {X}.",
	"Among the papers of {H} there is a folder on {E}, most of it about the {X}.",
	"Anyone who deals with {E} will sooner or later come across the {X}.",
	"{E}: {X}, as practised at {P}.",
	"The story of the {X} begins at {P}, a day's walk from {Q}, with {E}.",
	"Two kinds of {X} are found with {E}, and {P} has both.",
	"In {Y} the council of {P} asked {H} to look into the {X} of {E}.",
}

// shorts close a gap.
var shorts = []string{
	"It rained for most of {m}.", "The bill was paid in {Z}.", "{G} disagreed.", "Nobody kept the drawings.",
	"A second copy is in {Q}.", "Repairs took {n} weeks.", "The rest was sold at {Q}.", "{H} left soon after.",
	"It still works.", "Most of it is oak.", "The gate is locked at dusk.", "Prices rose again in {Z}.", "Only the east side was finished.",
	"There were {n} of them at first.", "This did not last.",
}
