package text

// deictic are the phrases that point at the text, or at something only named there.
var deictic = joined(
	// English: the text and its author
	phrases("of message messages editor error book contains cannot could saw skater skating abroad card # s",
		`(?:this|these|the above|the given|the provided|the following|the preceding) NOUN`),
	phrases("of by on from in published about foundation #",
		`according to (?:the|this|that|these) (?:NOUN|information|context|researchers|study s authors)`),
	phrases("of by on # object foundation",
		`SAID (?:in|by|on|within) (?:the|this) (?:NOUN|page)`),
	phrases("freezing zero sea average # sibling",
		`(?:mentioned|described|discussed|stated|listed|shown|given|cited|noted|presented|outlined|quoted) (?:above|below|here|herein|earlier|previously)`, `(?:above|afore) ?mentioned`, `(?:in|of|from|with) the following`,
		`(?:which|any|all|none) of the (?:above|below)`),
	phrases("of",
		`the (?:NOUN|researchers) (?:also |first |further )?SPEAKS`,
		`the (?:author|writer|narrator|speaker) s (?:opinion|view|views|point|argument|purpose|tone|attitude|main|claim|conclusion|`+
			`perspective|position|intention|intent|message|thesis|goal)`,
		`(?:what|who) (?:is|was|are|were) the NOUN (?:about|discussing|describing|talking about)`,
		`(?:main|central|key) (?:idea|topic|point|theme|subject|purpose|argument|message) of (?:the|this) NOUN`),
	phrases("", `who (?:is|was|are|were) the (?:author|writer|narrator|speaker)s? $`),

	// English: pronouns without antecedent. What stands before them in the query names nothing.
	phrases("who man ra hulk", `^ASKS(?: [^ ]+){0,3} AUX (?:he|she)`, `^(?:did|was|had) (?:he|she)`),
	phrases("a", `^ASKS(?: [^ ]+){0,2} AUX (?:his|her|its|their) [^ ]+`),
	phrases("that",
		`^ASKS(?: [^ ]+){0,2} AUX it (?:first |originally |finally |later |also |still |now |usually |mainly |primarily )?`+
			`(?:be )?(?:DONE|DOES)(?: WHERE)? $`,
		`^(?:ASKS|HOWBIG) AUX it(?: WHERE)? $`,
		`^ASKS(?: [^ ]+){0,2} (?:did|do|were|are|have|had) they(?: [^ ]+)?(?: WHERE)? $`,
		`^who [^ ]+(?:ed|ote|ade|uilt|ns|on) (?:it|them|him|this|that) $`),
	phrases("", `^it (?:was|is) DONE`,
		`^(?:he|she|they) (?:was|were) (?:born|elected|appointed|married|awarded|known|founded|named|buried|educated|raised)`,
		`^(?:he|she) (?:died|moved|served|studied|graduated|became)`),

	// English: demonstratives without antecedent
	phrases("", `^(?:ASKS(?: [^ ]+){0,3} )?AUX (?:this|that|these|those) (?:also |then |later )?(?:affect|effect|impact|influence|change|help|`+
		`lead|cause|result|make|compare|relate|DOES|DONE|important|significant|necessary|possible|considered|done|achieved|`+
		`accomplished|prevented|calculated)`),
	phrases("cannot can could isn requires s has contains lyrics song of", `(?:this|these) THINGs?`),
	phrases("of next i last in", `(?:during|in|at|around|by) (?:this|that) (?:time|period|era|point|context|case|way)`),
	phrases("", `(?:between|among) (?:these|those|them|the two|the three)(?: two| three)? $`,
		`(?:after|before|because of|due to|as a result of|besides|despite|following) (?:this|that|these|those|it|him|her|them) $`),

	german, french, spanish, italian, portuguese, dutch,
)

var german = joined(
	phrases("von der des # ist",
		`(?:dies(?:er|em|es|en)|vorliegenden?|obigen?) (?:text(?:es|s)?|artikels?|passage|abschnitts?|absatz(?:es)?|dokuments?|autors?|autorin|studie|`+
			`tabelle|textstelle|kapitels?|auszugs?)`,
		`(?:laut|gemass|nach) (?:dem |der |diesem |dieser )(?:text|artikel|passage|abschnitt|absatz|dokument|autor|autorin|studie|tabelle)`,
		`laut (?:text|autor|autorin|passage|artikel)`,
		`(?:sagt|meint|beschreibt|erwahnt|behauptet|nennt|erklart|spricht|schreibt) (?:der autor|die autorin|der text|der artikel|die autoren|der verfasser)`,
		`(?:der autor|die autorin|der text|der artikel|der verfasser) (?:sagt|meint|beschreibt|erwahnt|behauptet|nennt|erklart)`),
	phrases("", `(?:im|aus dem|in der) (?:text|artikel|abschnitt|absatz|passage|dokument)`+
		` (?:erwahnt\w*|genannt\w*|beschrieben\w*|wird|werden|wurden?|steht|was|welche\w*|wie|wer|ist|sind|$)`,
		`(?:oben|vorher) (?:genannt|erwahnt|beschrieben)\w*`),
)

var french = joined(
	phrases("de du des d #",
		`(?:ce|cet|cette|ces) (?:texte|article|passage|document|paragraphe|extrait|auteure?|etude|tableau|chapitre|section)s?`,
		`(?:selon|d apres|suivant) (?:le |la |l |les |ce |cet |cette )(?:texte|article|passage|document|paragraphe|extrait|auteure?|etude|tableau)s?`,
		`(?:dit|mentionne|affirme|decrit|pense|explique|parle|propose)(?: t (?:il|elle))? (?:l auteure?|le texte|le passage)`,
		`(?:l auteure?|le texte|le passage) (?:dit|mentionne|affirme|decrit|pense|explique|propose)`),
	phrases("", `dans (?:le |l )(?:texte|passage|article|extrait|paragraphe|document)`+
		` (?:mentionn\w*|decrit\w*|est|sont|quels?|quelles?|comment|pourquoi|que|qui|$)`, `(?:mentionne|decrit|cite)e?s? ci dessus`),
)

var spanish = joined(
	phrases("de del #",
		`(?:este|esta|estos|estas|dicho|dicha) (?:texto|articulo|pasaje|documento|parrafo|fragmento|extracto|estudio|autora?|tabla|capitulo)s?`,
		`(?:segun|de acuerdo con) (?:el |la |los |este |esta )(?:texto|articulo|pasaje|documento|parrafo|fragmento|estudio|autora?|autores|tabla)`,
		`(?:dice|menciona|afirma|describe|explica|propone|sugiere) (?:el autor|la autora|los autores|el texto|el pasaje)`,
		`(?:el autor|la autora|el texto|el pasaje) (?:dice|menciona|afirma|describe|explica|propone|sugiere)`),
	phrases("", `en el (?:texto|pasaje|articulo|fragmento|parrafo|documento) (?:mencion\w+|se|cual\w*|como|quien|descri\w+|$)`,
		`(?:mencionad|descrit|citad)[oa]s? (?:anteriormente|arriba)`),
)

var italian = joined(
	phrases("di del dello della dell dei d #",
		`(?:questo|questa|quest) (?:testo|articolo|brano|passaggio|documento|paragrafo|estratto|studio|autore|autrice|tabella|capitolo)`,
		`secondo (?:il |lo |la |l |questo |questa |quest )(?:testo|articolo|brano|passaggio|documento|paragrafo|studio|autore|autrice|tabella)`,
		`(?:in base|stando) al(?:l|la|lo)? (?:testo|articolo|brano|passaggio|documento|paragrafo|studio)`,
		`(?:dice|afferma|descrive|spiega|menziona|sostiene) (?:l autore|il testo|il brano)`,
		`(?:l autore|il testo|il brano) (?:dice|afferma|descrive|spiega|menziona|sostiene)`),
	phrases("", `(?:nel|nell|dal) (?:testo|brano|articolo|passaggio|documento|paragrafo)`+
		` (?:menzionat\w|citat\w|descritt\w|si|qual\w*|come|chi|viene|vengono|$)`, `(?:citat|menzionat|descritt)[oaie] sopra`),
)

var portuguese = joined(
	phrases("de do da dos das #",
		`(?:este|esta|esse|essa|neste|nesta|nesse|nessa|deste|desta|desse|dessa) (?:texto|artigo|trecho|passagem|documento|paragrafo|excerto|`+
			`estudo|autora?|tabela|capitulo)`,
		`(?:segundo|conforme|de acordo com) (?:o |a |os |este |esta )(?:texto|artigo|trecho|passagem|documento|paragrafo|estudo|autora?|autores|tabela)`,
		`(?:diz|menciona|afirma|descreve|explica) (?:o autor|a autora|o texto|o trecho)`,
		`(?:o autor|a autora|o texto|o trecho) (?:diz|menciona|afirma|descreve|explica)`),
	phrases("", `(?:no|na) (?:texto|trecho|artigo|passagem|documento|paragrafo)`+
		` (?:mencionad\w+|citad\w+|descrit\w+|qual|quais|como|quem|se|$)`, `(?:mencionad|citad|descrit)[oa]s? (?:acima|anteriormente)`),
)

var dutch = joined(
	phrases("van #",
		`(?:deze|dit|bovenstaande) (?:tekst|artikel|passage|document|alinea|paragraaf|fragment|studie|auteur|tabel|hoofdstuk)`,
		`volgens (?:de |het |deze |dit )(?:tekst|artikel|passage|document|alinea|paragraaf|fragment|studie|auteur|schrijver|tabel)`,
		`(?:zegt|noemt|beschrijft|stelt|beweert|bedoelt|vermeldt) (?:de auteur|de schrijver|de tekst|het artikel)`,
		`(?:de auteur|de schrijver|de tekst|het artikel) (?:zegt|noemt|beschrijft|stelt|beweert|bedoelt|vermeldt)`),
	phrases("", `in (?:de|het) (?:tekst|artikel|passage|document|alinea|fragment)`+
		` (?:genoemd\w*|vermeld\w*|beschreven|wordt|worden|staat|wat|wie|welke|hoe|$)`, `(?:hierboven|bovengenoemde?)`),
)

// deicticRaw is for writing without spaces or accents to take away.
var deicticRaw = Compile(`(?i)(?:这篇|该|本)(?:文章|段落|段文字|文本|论文|文献)|根据(?:文章|文本|段落|上文|材料|本文)|文中(?:提到|所述|说|作者)|作者(?:认为|指出|提到)|` +
	`この(?:文章|記事|論文|本文|段落)|本文(?:に|で|の)|文中(?:で|の|に)|(?:筆者|著者)(?:は|が|によ)|이 (?:글|문서|기사|지문|본문)|본문에|저자(?:는|에)|` +
	`(?:в|из) (?:этом |данном |этого |данного )?текст[еа](?:[?.]?$| (?:упом|опис|говор))|согласно (?:этому |данному )?(?:тексту|отрывку|документу|автору)|автор (?:утверждает|считает|упоминает|пишет)`)
