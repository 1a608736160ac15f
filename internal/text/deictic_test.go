package text

import (
	"strings"
	"testing"
)

// standAlone are queries that anybody could type, many of them built like one that points at a text.
var standAlone = lines(`
who wrote the text of the declaration of independence
table tennis rules
it support salary
this is spinal tap cast
this is us season 4 episodes
this american life host
this old house cast
what is this is us about
it crowd cast
it chapter two runtime
it was a very good year lyrics
it is well with my soul author
what is it like to live in norway
when is it safe to eat raw eggs
why is it called the big apple
why do they call it the windy city
how do they make cheese
how long does it take to boil an egg
how much does it cost to build a house
what does it mean to be a citizen
what time is it
what time is it in tokyo
is it raining in london
when was it discovered that the earth is round
she wrote the color purple nobel prize
he-man voice actor
his dark materials author
what is his dark materials about
what is their eyes were watching god about
their eyes were watching god summary
her 2013 film soundtrack
what is her about
they live cast
where was the author of frankenstein born
what does the author of walden say about solitude
the author of don quixote
death of the author barthes
what is the text of the second amendment
according to the text of the treaty of versailles who was to pay reparations
article 50 of the treaty on european union
according to the article 370 who could own land in kashmir
what does article 5 of the nato treaty say
section 8 housing eligibility
section 230 explained
study abroad programs in spain
how to write a research paper abstract
text to speech software
how to find and replace words in the text
how to insert a page break in the document
how to align text in the table
in the text editor vim how do you save
the document foundation libreoffice license
document object model javascript
passage of the civil rights act vote count
the passage of time in relativity
northwest passage first crossing
rites of passage in maasai culture
what is the passage of the bill called
periodic table elements symbols
what is the study of fungi called
table of contents in word
the paper chase film director
which animals are found above the snow line
temperatures recorded below zero in alaska
was the speed reported below average
the following tv series cast
following the death of stalin who took power
who won the super bowl this year
full moon this month
this page isn't working error chrome
this document contains macros warning
this site can't be reached fix
this land is your land lyrics
what does this emoji mean 😀
flights available at this time of year to peru
at that time i got reincarnated as a slime voice actors
how to set up the following distance on tesla
difference between the two popes film and reality
what were the two towers in lord of the rings
how old was elvis presley when he died
what did marie curie do after her husband died
how did rome treat its slaves
why do cats lick their paws
what did the author stephen king say about the shining film
report of the warren commission
what did the mueller report say about obstruction
abstract expressionism artists
speaker of the house in 1995
how does the narrator of the great gatsby know gatsby
section of the spine that protects the neck
the chapter of the koran about bees
artikel 5 grundgesetz text
text der nationalhymne
nach artikel 14 grundgesetz enteignung
was sagt der text des grundgesetzes über die würde
wer ist der autor von faust
studie zur wirksamkeit von masken
article 49 de la constitution
selon l'article 49 alinéa 3 que peut faire le premier ministre
que dit le texte de la loi sur la laïcité
auteur du petit prince
texto de la constitución española
según el artículo 155 qué puede hacer el gobierno
autor de don quijote
qué dice el texto de la ley de amnistía
testo della costituzione italiana
secondo l'articolo 21 quali diritti ha la stampa
autore della divina commedia
texto da constituição federal
segundo o artigo 5 quais são os direitos
tekst van het wilhelmus
volgens artikel 1 van de grondwet
schrijver van het diner
宪法全文
日本国憲法の前文
`)

// pointing are queries that nobody can answer who does not see what they were made from.
var pointing = lines(`
What is the main idea of this passage?
what does this text say about whales
Who is the author of this article?
what method does this study use
Who wrote this document?
According to the passage, when did the war end?
according to the text what causes rain
According to the author, why did Rome fall?
according to the study how many adults sleep badly
according to this article who won
According to the table, which year had the highest output?
What does the author say about slavery?
what does the author mean by liberty
What does the passage mention about trade?
what did the study find about coffee
what does the article describe
how does the text explain photosynthesis
why does the author believe taxes are bad
what is the author's opinion on war
What is the passage about?
what is the text mainly about in the passage
which treaty is mentioned in the text
what is described in the passage
What factors are listed in the article?
Which temples were mentioned above?
what is the method described above
name the aforementioned king
which of the following is a mammal
what happened in the following year
Which of the above is correct?
In the passage, how many ships were lost?
what year is given in the document
what values are shown in the table
results reported in this paper
what did he do
What did he do after the war?
when did she die
how old was he when he became king
Who was his wife?
what was her first film
In what year did he join Manchester United?
whose son was he
What is its capital?
when was it founded
When was it first released?
where is it located
what is it used for
what is it
how does it work
how much does it cost
who wrote it
What did they find?
where do they live
How did this effect the producer prices?
how did this affect the economy
what did this lead to
When did this happen?
what does this mean
what is this process called
why is this important
What happened after this?
what are these called
what caused this crisis
who led this movement
what happened during this period
what was common at that time
what is the difference between these two
Why was that significant?
it was founded in which year
he was born in which city
Was wird in diesem Text beschrieben?
laut dem Artikel, wie viele Menschen leben dort
Was sagt der Autor über Freiheit?
welche Gründe werden im Text genannt
worum geht es in diesem Abschnitt
Selon le texte, quelle est la cause ?
de quoi parle cet article
que pense l'auteur de la guerre dans ce passage
quelles villes sont citées dans l'article
¿Qué dice el autor sobre la libertad?
según el texto cuál es la causa
de qué trata este artículo
¿qué ciudades se mencionan en el texto?
Secondo il testo, chi vinse la guerra?
di cosa parla questo brano
cosa sostiene l'autore
De acordo com o texto, qual é a causa?
do que trata este artigo
o que o autor afirma
Volgens de tekst, wie won de oorlog?
waar gaat dit artikel over
wat zegt de auteur over vrijheid
根据文章，谁赢得了战争
作者认为原因是什么
この文章の主題は何ですか
이 글의 주제는 무엇입니까
о чём говорится в этом тексте
`)

func lines(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }

func TestQueriesThatStandAloneAreNotDeictic(t *testing.T) {
	for _, q := range standAlone {
		if Deictic(q) || Deictic(strings.ToUpper(q[:1])+q[1:]+"?") {
			t.Errorf("taken for pointing: %q", q)
		}
	}
}

func TestQueriesThatPointAreDeictic(t *testing.T) {
	for _, q := range pointing {
		if !Deictic(q) || !Deictic(strings.TrimRight(q, "?")) {
			t.Errorf("taken for standing alone: %q", q)
		}
	}
}

func FuzzDeictic(f *testing.F) {
	for _, q := range pointing[:10] {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		if Deictic(q) != Deictic("  "+q+"\n") {
			t.Errorf("blanks around %q change the answer", q)
		}
		Refusal(q)
	})
}
