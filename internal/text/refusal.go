package text

import "strings"

// refusalCap is how many bytes of a text are read: a refusal stands at its beginning.
const refusalCap = 400

// Refusal reports a text that begins as models decline: an apology followed by an inability, an inability to help, answer
// or write, or "as an AI". A person who can't sleep, is sorry for the delay or cannot remember does not refuse.
// English, German, French, Spanish, Italian, Portuguese, Dutch, Russian, Chinese, Japanese and Korean.
func Refusal(s string) bool {
	s = prefix(s, refusalCap)
	s = strings.ReplaceAll(fold(s), "'", " ")
	s = strings.Join(strings.Fields(strings.TrimLeft(s, " \t\n\"“„«>*_-#")), " ")
	return refusals.MatchString(s)
}

var refusals = CompileAll(
	// English; an apostrophe is a space here
	`^(?:(?:unfortunately|sorry|apologies|i apologi[sz]e|i a?m (?:very |so |really )?sorry|well),? (?:but )?)*`+
		`i (?:can ?not|can t|could not|couldn t|won t|will not|a?m unable to|a?m not able to|must decline to|have to decline to|do not feel comfortable|don t feel comfortable)`+
		` (?:\w+ly )?(?:help (?:you|with (?:this|that|your|the|any|creat|generat|writ|provid))|assist|fulfil|comply|answer (?:that|this|the|your)\b|continue with|do (?:that|this|so)\b|engage (?:in|with)|`+
		`(?:process|discuss|support) (?:that|this|your)\b|(?:provid|offer|generat|creat|produc|complet|writ|shar)(?:e|ing)?\b.{0,60}\b(?:quer(?:y|ies)|passages?|negatives?|requests?|content|texts?|information|`+
		`material|responses?|answers?|assistance|advice|instructions|details|guidance|that|this)\b)`,
	`^(?:i a?m (?:very |so |really )?sorry|sorry|my apologies|i apologi[sz]e)\b.{0,80}\b(?:can ?not|can t|unable to|not able to|won t) (?:\w+ly )?(?:help|assist|provide|fulfil|comply|`+
		`generate|create|produce|complete|answer|do that|do this|write|do so)`,
	`^(?:i a?m (?:very |so )?sorry|sorry|i can ?not|i can t|i can t help(?: with (?:this|that|it))?|i cannot (?:help|assist)(?: with (?:this|that|it))?|i must decline)[.,! ]*$`,
	`^i a?m (?:just |only )?an? (?:ai|artificial intelligence|language model|large language model)\b`,
	`^(?:i apologi[sz]e,? (?:but )?|sorry,? (?:but )?|i a?m sorry,? (?:but )?)?as (?:an? |your )?(?:ai|artificial intelligence|large language model|language model)`+
		`(?: language)?(?: model| assistant)?(?: (?:developed|created|trained) by \w+)?,? (?:i\b|my |it is not|it s not)`,
	`^(?:i a?m sorry|sorry|i apologi[sz]e|unfortunately),? (?:but )?(?:the|this|your) (?:passage|text|request|query|question)\b`,
	// German, French, Spanish, Italian, Portuguese, Dutch
	`^(?:es )?tut mir leid,? (?:aber|ich|dass ich|das|doch|diese)`, `^(?:entschuldigung|leider|sorry),? (?:aber )?(?:ich )?(?:kann|konnte|darf) (?:ich )?.{0,60}\bnicht (?:helfen|beantworten|erstellen|erfullen|erfüllen|bereitstellen|schreiben|weiterhelfen)`,
	`^ich (?:kann|darf|möchte) .{0,60}\b(?:nicht|keine?n?) .{0,40}(?:helfen|beantworten|erstellen|erfüllen|bereitstellen|generieren|unterstützen)`, `^als (?:ki|künstliche intelligenz|sprachmodell|ki-\w+)\b,? (?:kann|bin|habe|darf|ist)`,
	`^(?:je suis (?:vraiment )?)?désolée?,? (?:mais|je)`, `^je ne peux (?:pas|malheureusement pas) (?:vous )?(?:aider|répondre|fournir|générer|créer|satisfaire|rédiger|écrire)`, `^en tant qu (?:ia|intelligence artificielle|assistant|e modèle|un modèle)|^en tant que modèle`,
	`^lo siento,? (?:pero|no)`, `^no puedo (?:ayudar|proporcionar|cumplir|generar|crear|responder|escribir|ofrecer|completar)`, `^como (?:un |una )?(?:ia|inteligencia artificial|modelo de lenguaje)\b`,
	`^mi dispiace,? (?:ma|non)`, `^non posso (?:aiutar|fornire|generare|creare|rispondere|scrivere|soddisfare|completare)`, `^(?:come|in quanto|in qualità di) (?:un )?(?:ia|intelligenza artificiale|modello linguistico)\b`,
	`^(?:desculpe|sinto muito|lamento|me desculpe),? (?:mas|não|eu)`, `^não posso (?:ajudar|fornecer|gerar|criar|responder|escrever|atender|cumprir)`, `^como (?:um |uma )?(?:ia|inteligência artificial|modelo de linguagem)\b`,
	`^(?:het spijt me|sorry),? (?:maar|ik kan)`, `^ik kan .{0,50}\bniet (?:helpen|beantwoorden|genereren|maken|verstrekken|schrijven)`, `^als (?:een )?(?:ai|taalmodel|ai-\w+)\b,? (?:kan|ben|heb)`,
	// Russian, Chinese, Japanese, Korean
	`^(?:извините|простите|к сожалению),? (?:но )?я не (?:могу|в состоянии)`, `^я не могу (?:помочь|ответить|предоставить|выполнить|создать|написать)`, `^как (?:ии|искусственный интеллект|языковая модель|большая языковая модель)[, ]`,
	`^(?:非常|很)?(?:抱歉|对不起|對不起|遗憾)[,、。 ]*(?:但)?(?:我|本)`, `^我(?:无法|無法|不能)(?:提供|协助|協助|帮助|回答|满足|生成|完成|编写)`, `^(?:作为|作為)(?:一个|一個|一名)?(?:ai|人工智能|语言模型|大型语言模型|大语言模型)`,
	`^(?:大変)?(?:申し訳(?:ありません|ございません)|すみません|ごめんなさい)(?:が|けど|。|、)`, `^(?:私は)?(?:ai|人工知能|言語モデル)(?:として|なので|ですので)`, `^.{0,30}(?:お手伝い|お答え|回答|提供)(?:することは?)?(?:が)?できません`,
	`^(?:정말 )?(?:죄송합니다|죄송하지만|미안하지만)`, `^(?:저는 )?(?:ai|인공지능|언어 모델)(?:로서|로써|이므로|라서)`,
)
