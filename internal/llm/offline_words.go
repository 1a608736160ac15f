package llm

import (
	"maps"
	"slices"
)

// The word lists of the offline rules. They are about English in general; none is about any subject.

// offlineStop are words that carry no subject: function words, and the words with which one asks.
var offlineStop = wordSet(`a about above after again against all almost alone along already also although always am among an
and another any anyone anything are around as ask at back be became because become been before being below best better
between both but by came can cannot come could d did do does doing don don't done down during each either else enough etc
even ever every few find first for found from further get gets give given go goes going good got had has have having he
her here hers herself him himself his how however i if in indeed inside instead into is isn't it its itself just keep
kept know known last least less let like ll look looking made make makes many may me mean meaning might mine more most
much must my myself near need needs neither never next no none nor not now of off often on once one ones only onto or
other others our ours out over own per perhaps quite rather really said same say says seem several shall she should
since so some someone something sometimes soon still such t take taken than that the their theirs them themselves then
there thereby therefore these they thing things this those though three through throughout thus to together too took
toward towards trying two under until unto up upon us use used uses using usually very via want was way we well went
were what when where whether which while who whole whom whose why will with within without would yet you your yours
year years reason called named exactly tell ok please explain role effect affect affects
related relation connection information wonder wondering understand important importance location`)

// englishOnly are frequent English words that are rare in other languages.
var englishOnly = wordSet(`the of and to that it is with for are this from by were which have not be as or but they you
their been has had its than at can these when his her she he into would there`)

// abbreviations do not end a sentence.
var abbreviations = wordSet(`dr mr mrs ms st jr sr prof vs etc e.g i.e c ca no vol approx fig inc ltd co gen col lt rev hon
u.s u.k op cit al dept est`)

// pronouns cannot be the subject of a query that stands alone.
var pronouns = wordSet(`it he she they we you i this that these those one some many most each all others another both who
which there here such none few several either neither what everyone someone nothing anything everything nobody me him
them us another two three four half more`)

// subjectStops are words whose presence in a subject shows that the rules have misread the sentence.
var subjectStops = wordSet(`that which who whom whose where when while if because although though since as than but so not
is are was were be been being has had have do does did will would can could may might must should until unless whether
only what how why there it they he she you we i into`)

// openers may begin a clause and are cut off its subject.
var openers = wordSet(`and but however so then also thus therefore later yet still today now originally eventually finally
initially instead similarly hence meanwhile once nowadays currently traditionally historically often usually normally`)

var prepositions = wordSet(`in on at by during after before from of to for with under over near within between among around
against through about since until along across beyond behind above below despite throughout without into like upon
towards toward per via as`)

var determiners = wordSet(`the a an its their his her our my your this these that those some any each every`)

// irregular maps past forms to the base form.
var irregular = wordMap(`began:begin begun:begin built:build became:become held:hold led:lead made:make wrote:write
written:write won:win took:take taken:take gave:give given:give sold:sell sent:send kept:keep left:leave lost:lose met:meet
paid:pay ran:run rose:rise saw:see seen:see set:set spent:spend stood:stand taught:teach told:tell thought:think
understood:understand went:go grew:grow grown:grow knew:know known:know drew:draw drawn:draw fell:fall brought:bring
bought:buy caught:catch fought:fight sought:seek came:come chose:choose chosen:choose broke:break broken:break drove:drive
driven:drive spoke:speak spoken:speak struck:strike swept:sweep laid:lay bred:breed fed:feed hung:hang dug:dig cut:cut
shut:shut hit:hit felt:feel dealt:deal lent:lend sang:sing sung:sing sank:sink sunk:sink shot:shoot slept:sleep
threw:throw thrown:throw wore:wear worn:wear hid:hide hidden:hide found:find bound:bind wound:wind spread:spread put:put
cast:cast read:read swam:swim flew:fly forgot:forget forgiven:forgive shown:show done:do shaken:shake shaped:shape
frozen:freeze stolen:steal eaten:eat beaten:beat woven:weave sewn:sew sown:sow drunk:drink split:split`)

// notParticiples end like one and are none.
var notParticiples = wordSet(`need seed feed speed indeed hundred bed red exceed breed proceed weed reed deed sacred naked
wicked rugged kindred hatred embed shed united`)

// commandVerbs begin an instruction.
var commandVerbs = wordSet(`add adjust apply attach bake boil bring build call check choose clean clear click close coat
combine connect cool copy cover create cut deploy dig disconnect dissolve drain drill dry enable enter fill find fit fix
fold follow grind hang heat hold install insert keep lay leave let lift loosen lower make measure melt mix move open peel
place plant plug pour prepare press prune pull push put read remove repeat replace reset rinse roll rub run sand save
scrape screw select send set shake sharpen soak sow sprinkle start steep stir stop store strain switch take test tie tighten
transfer try turn type unplug unscrew untie update upload use wait warm wash water weigh whisk wipe wrap write`)

// roles show that a sentence is about a person.
var roles = wordSet(`born actor actress architect artist author biologist chemist composer director economist emperor engineer
explorer founder general geologist historian inventor journalist king lawyer mathematician minister musician painter
philosopher physician physicist poet politician president professor queen scientist singer soldier sculptor writer`)

// synonyms are swapped in by the query writer, and read as equal by a judge that looks closely.
var synonyms = wordMap(`began:started established:founded large:big largest:biggest purchase:buy purchased:bought
constructed:built utilized:used approximately:about annual:yearly assistance:help commenced:started demolished:destroyed
discovered:found enormous:huge error:mistake initial:first manufactured:made obtain:get obtained:got physicians:doctors
physician:doctor prior:before regarding:about remainder:rest required:needed residents:inhabitants select:choose
selected:chosen sufficient:enough terminated:ended vehicle:car vehicles:cars wealthy:rich automobile:car automobiles:cars
created:made developed:designed erected:built frequently:often located:situated altered:changed employed:hired
acquired:bought completed:finished entire:whole films:movies film:movie illness:disease infants:babies lawyers:attorneys
permitted:allowed prevented:stopped primary:main principal:main provided:supplied requires:needs rapidly:quickly
released:published increased:grew decreased:fell declined:fell reduced:cut damaged:harmed children:kids`)

// kin lets a close look find a synonym: the stem of a word leads to those of its synonyms. Several forms of a word may have one stem, and
// synonyms with different ones (selected: chosen, select: choose); none of them may be found by chance.
var kin = func() map[string][]string {
	m := map[string][]string{}
	for _, from := range slices.Sorted(maps.Keys(synonyms)) {
		stem, other := stemOf(from), stemOf(synonyms[from])
		if !slices.Contains(m[stem], other) {
			m[stem] = append(m[stem], other)
		}
	}
	return m
}()

// units are measures, which one does not count with "how many" in a search.
var units = wordSet(`km m cm mm g kg mg l ml w kw v a hz bar psi miles mile metres meters metre meter feet foot inches inch
litres liters pounds tonnes tons degrees percent grams kilograms kilometres kilometers square cubic °c °f µm rpm nm acres
hectares yards times points`)

// quantities are nouns of which a number can be the value.
var quantities = wordSet(`age altitude amount area average budget capacity circumference cost density depth diameter distance
duration elevation fee flow frequency height interval length level limit mass maximum minimum percentage population power
pressure price profit radius rate ratio revenue salary share size speed strength surface temperature thickness total value
volume voltage wavelength weight width yield`)

// haveVerbs join an owner and a number of things.
var haveVerbs = wordMap(`has:have had:have have:have contains:contain contain:contain includes:include include:include
holds:hold hold:hold comprises:comprise owns:own employs:employ operates:operate needs:need lays:lay produces:produce`)

var months = wordSet(`january february march april may june july august september october november december`)

// titleNoise are words of titles that name the kind of a text and not its subject.
var titleNoise = wordSet(`faq re q notes note guide handout chapter section part introduction overview appendix log diary leaflet
brief questions answers`)
