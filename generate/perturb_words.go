package generate

import "strings"

// groupsOf reads lists of words, one group a line.
func groupsOf(lines string) (out [][]string) {
	for line := range strings.Lines(lines) {
		if words := strings.Fields(line); len(words) > 1 {
			out = append(out, words)
		}
	}
	return out
}

func setOf(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// siblingNouns are things of one kind, of which one can stand for another.
var siblingNouns = groupsOf(`
bridge tunnel dam harbour canal road railway tower
river lake valley mountain desert bay hill forest
island isthmus
church castle museum library palace theatre school temple
house barn mill farm workshop warehouse
king queen prince duke bishop president
emperor empress archduke
mother father sister brother daughter son
doctor nurse pharmacist surgeon dentist
teacher pupil student lecturer
winter summer spring
north south west
northern southern western
east inland
left right
heart liver kidney lung stomach
arm ankle elbow
hand foot knee shoulder
dog cat horse cow goat sheep pig
bee wasp beetle butterfly moth
eagle owl ostrich
oak ash elm alder
beech birch pine spruce maple willow
wheat barley rye maize rice
gold silver copper tin lead zinc
iron aluminium
oxygen argon iodine
hydrogen nitrogen helium carbon chlorine
red blue green yellow black white brown
orange indigo
car bus lorry train tram bicycle
ship boat ferry submarine
aircraft airship
guitar violin piano flute trumpet drum
monday tuesday wednesday thursday friday saturday sunday
france germany spain portugal greece sweden norway poland japan china brazil
italy ireland india egypt
london paris berlin vienna rome madrid lisbon dublin
europe asia africa
breakfast lunch dinner supper
milk water juice coffee tea wine beer
novel poem play sonnet
employer employee
tenant landlord
buyer seller
parent child
`)

// opposites are properties of one kind.
var opposites = groupsOf(`
large small tiny huge medium
long short
high low
deep shallow
wide narrow broad
old new modern
ancient early
late recent
hot cold warm cool
heavy light
fast slow
strong weak
dry wet damp
full half-full
open enclosed
closed shut
rich poor
hard soft
thick thin
bright dark
smooth rough
public private
local foreign regional national
international overseas
upper inner
lower outer
male female
acute innate
chronic temporary permanent
mild severe moderate
internal external
positive negative
maximum minimum mean
annual odd
monthly weekly daily
first second third fourth
raw cooked
fresh frozen dried
wooden steel concrete
`)

// unitGroups are units of one kind of measure.
var unitGroups = groupsOf(`
metre kilometre mile yard centimetre millimetre
inch ell
gram kilogram tonne pound milligram
ounce ell
litre gallon pint millilitre
second minute day week month year decade
hour era
celsius fahrenheit kelvin
euro escudo
dollar pound franc
watt kilowatt megawatt
volt millivolt
percent permille
`)

var months = groupsOf(`
january february march may june july september november december
april august october
`)

// relations are words whose opposite turns a relation round.
var relations = map[string]string{"before": "after", "after": "before", "above": "below", "below": "above",
	"inside": "outside", "outside": "inside", "behind": "in front of", "until": "since", "since": "until", "towards": "away from",
	"increases": "decreases", "decreases": "increases", "increased": "decreased", "decreased": "increased", "rises": "falls", "rose": "fell",
	"more": "less", "less": "more"}

var auxiliaries = setOf("is are was were can could will would has had must should may might")

// emptyWords are words that say nothing of what a query is about.
var emptyWords = setOf("the and for are was were what when where which who whom whose why how does did can could with from that this these those into " +
	"have has had not but you your they their there than then its his her our will would should may might about any all some one also been being she him")
