package generate

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hardneg"
	"hardneg/internal/text"
)

// Rule names why a made text was refused; "" is none. The names stand in reports and in `gen retry --reason`, so they are
// part of the contract.
type Rule string

// The rules of texts of both kinds.
const (
	Empty             Rule = "empty"
	Refusal           Rule = "refusal" // the model declined
	ControlCharacters Rule = "control_characters"
	SpecialTokens     Rule = "special_tokens"
	Looping           Rule = "looping"
	TooShort          Rule = "too_short"
	TooLong           Rule = "too_long"
	WrongLanguage     Rule = "wrong_language"
)

// The rules of queries.
const (
	Meta      Rule = "meta"       // an introduction or label around the query, or raw JSON
	MultiLine Rule = "multi_line" // more than one line
	Deictic   Rule = "deictic"    // does not stand alone
	TitleOnly Rule = "title_only" // is the passage's title
	Copied    Rule = "copied"     // is lifted from the passage
	Duplicate Rule = "duplicate"  // another sample of the passage gave it; decided when all samples are there
)

// The bounds of a query.
const (
	minQueryWords = 2
	minQueryCJK   = 4 // characters, where words are not written apart
	maxQueryWords = 40
	maxQueryRunes = 300
)

// CheckQuery names the first rule that a generated query breaks, "" if none. lang is the language it should have (ISO 639-1,
// "" for any). That it is no duplicate is for [QueryKey] to tell.
func CheckQuery(q string, p hardneg.Passage, lang string) Rule {
	q = strings.TrimSpace(q)
	switch {
	case text.Blank(q):
		return Empty
	case text.Refusal(q):
		return Refusal
	case queryMeta.MatchString(q):
		return Meta
	case text.SpecialToken(q) != "":
		return SpecialTokens
	case strings.ContainsAny(q, "\n\r\u2028\u2029"):
		return MultiLine
	case text.Control(q) || text.Hidden(q):
		return ControlCharacters
	case text.Looping(q):
		return Looping
	}
	return checkQueryContent(q, p, lang)
}

// checkQueryContent judges a query that is sound as a string.
func checkQueryContent(q string, p hardneg.Passage, lang string) Rule {
	switch {
	case shortQuery(q):
		return TooShort
	case text.CountWords(q) > maxQueryWords || utf8.RuneCountInString(q) > maxQueryRunes:
		return TooLong
	case foreignQuery(q, p, lang):
		return WrongLanguage
	case text.Deictic(q):
		return Deictic
	case p.Title != "" && QueryKey(q) == QueryKey(p.Title):
		return TitleOnly
	case text.Copied(q, p.Text):
		return Copied
	}
	return ""
}

// surelyEnough is the letters above which the language of a query is told from it alone.
const surelyEnough = 90

// foreignQuery: a few keywords are too little to tell a language by, so a short query that takes a third of its words from the
// passage is taken to be in the passage's language.
func foreignQuery(q string, p hardneg.Passage, lang string) bool {
	if !text.Foreign(q, lang) {
		return false
	}
	if utf8.RuneCountInString(q) > surelyEnough {
		return true
	}
	have := map[string]bool{}
	for _, w := range text.Words(p.Title + " " + p.Text) {
		have[w] = true
	}
	words, shared := text.Words(q), 0
	for _, w := range words {
		if have[w] {
			shared++
		}
	}
	return shared*3 < len(words)
}

// shortQuery: a single word, however specific, is the name of a subject and asks for nothing; what has no content either
// stands for "there is none".
func shortQuery(q string) bool {
	if placeholder.MatchString(q) {
		return true
	}
	cjk := 0
	for _, r := range q {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
			cjk++
		}
	}
	if cjk > 0 && cjk < minQueryCJK {
		return len(text.Words(q))-cjk < minQueryWords-1
	}
	return cjk == 0 && text.CountWords(q) < minQueryWords
}

var placeholder = text.Compile(`(?i)^\W*(?:n\s*/\s*a|none|null|nil|to-?do|tbd|not applicable|not available|no (?:query|question)|search query|your query(?: here)?|query)\W*$`)

// queryMeta is what models put around a query: an introduction, a label, the JSON it should have been in, a fence.
var queryMeta = text.Compile(`(?i)^(?:` +
	`["'*_\x60\s]*(?:search |user |generated |suggested |possible |the )?(?:query|question|search term|suchanfrage|frage|requête|consulta|pregunta|domanda|zoekopdracht|查询|検索クエリ)\s*(?:#?\d+\s*)?[*_]*\s*[:：]|` +
	`(?:sure|certainly|of course|okay|absolutely)\s*[,!.]\s*(?:here|i\b|this|the|below)|` +
	`(?:here(?:'s| is| are)|below is|this is) (?:a|an|the|one|your|some) (?:\w+ ){0,3}(?:quer(?:y|ies)|questions?)\b|` +
	`(?:hier ist|voici|aquí (?:está|tienes)|ecco|aqui está) (?:die|eine|la|une?|a|uma|il|o) \w+(?: \w+)?\s*:|` +
	`\x60\x60\x60|[\[{]\s*["'](?:query|queries|question)["']\s*[:,]|` +
	`(?:kind|language|note)\s*:\s|` +
	`(?:a|the|this|my) (?:search )?query (?:that|for|about|which|could|would|asks)\b.{0,80}\b(?:passage|would be|could be|might be)\b)`)

// QueryKey is the normal form of a query; two queries with the same are duplicates. A query without any word has the key "".
func QueryKey(q string) string { return text.Normal(q) }
