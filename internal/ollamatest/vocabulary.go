package ollamatest

import (
	"slices"
	"strings"
)

// The kinds of tokens.
const (
	normalToken  int32 = 1
	controlToken int32 = 3
	userToken    int32 = 4 // found in a prompt as a whole, wherever it stands
)

// token is one entry of a vocabulary.
type token struct {
	text string // as the file has it
	kind int32
	bias float32
	step int // place in a script: 0 for tokens of no script
	next int // the place that follows, 0 if none does
}

const (
	beginToken = "<s>"
	endToken   = "</s>"
)

// How much likelier than a letter a token is to come next. The end and the quote are likely, so that texts without a bound end;
// words are, so that texts look like texts; what can't be printed is not.
const (
	biasEnd   = 3
	biasWord  = 2
	biasQuote = 3.6
	biasByte  = -2
	biasNever = -40
)

// words are what free texts consist of.
var words = strings.Fields(`the of and in was with for from by that is on as at were where which when what how who why many
granite quarry harbour bees railway sourdough copper kettle river lock district year inspectors workers tools ledger seasons
visitors road gate winter north south east west upper lower closed open count head called kept number record old new small large
bridge market garden castle mountain village town letter engine wool salt iron timber grain boat`)

// read are words that prompts use and replies do not. A word of a prompt is one token, because in a prompt of bytes every call takes
// five times as long.
var read = strings.Fields(`passage passages query queries and that answer answers not one for end what this with search may has
grade grades entity does them same thing kind asked another about text texts nothing its each define would than such something
right place person names most know gives give are write who two terms part only must fence engine else collection alone value user
topic they there take stands sibling sentence says requirements requirement reads range own need natural material have hard
direction different counts cannot breaks above record district counted`)

// byteLetters spell the 256 bytes as printable letters, as byte-level vocabularies do: those that can be printed stand for
// themselves, the others for letters from U+0100 on.
var byteLetters = func() (out [256]string) {
	next := rune(0x100)
	for b := range out {
		r := rune(b)
		if b < '!' || b > '~' && b < 0xA1 || b == 0xAD {
			r = next
			next++
		}
		out[b] = string(r)
	}
	return out
}()

// spell writes a text in the letters of the vocabulary.
func spell(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.WriteString(byteLetters[c])
	}
	return b.String()
}

// vocabulary is what a model can say: control tokens, bytes, words, and the pieces of its fixed reply; and by which merges words are
// found in prompts.
func (m Model) vocabulary() (all []token, merges []string) {
	all = []token{{text: beginToken, kind: controlToken, bias: biasNever}, {text: endToken, kind: controlToken, bias: biasEnd},
		{text: "<|system|>", kind: controlToken, bias: biasNever}, {text: "<|user|>", kind: controlToken, bias: biasNever}}
	for b, text := range byteLetters {
		if !strings.ContainsRune(m.Without, rune(b)) || b >= 0x80 {
			all = append(all, token{text: text, kind: normalToken, bias: byteBias(byte(b))})
		}
	}
	spoken, merges := m.words()
	all = append(all, spoken...)
	return append(all, m.script(all)...), merges
}

// words are the words with the space before them, and all their beginnings: a word is merged letter by letter.
func (m Model) words() (tokens []token, merges []string) {
	at := map[string]int{}
	for _, w := range slices.Concat(words, read) {
		if strings.ContainsAny(w, m.Without) {
			continue
		}
		for n := 1; n <= len(w); n++ {
			text := spell(" " + w[:n])
			if _, known := at[text]; !known {
				at[text] = len(tokens)
				tokens = append(tokens, token{text: text, kind: normalToken, bias: biasNever})
				merges = append(merges, spell(" "+w[:n-1])+" "+w[n-1:n])
			}
		}
		if slices.Contains(words, w) {
			tokens[at[spell(" "+w)]].bias = biasWord
		}
	}
	return tokens, merges
}

func byteBias(b byte) float32 {
	switch {
	case b < ' ' || b > '~' || b == '\\':
		return biasNever
	case b == '"':
		return biasQuote
	}
	return biasByte
}

// script are the tokens of the fixed reply: the trigger that stands at the end of the prompt leads to the first piece, each piece
// to the next, and the last one to the end. A piece that is a token already can't be one again, because texts of tokens are unique.
func (m Model) script(known []token) []token {
	if len(m.Reply) == 0 {
		return nil
	}
	out := []token{{text: trigger, kind: userToken, bias: biasNever, next: 1}}
	for i, piece := range m.Reply {
		t := token{text: spell(piece), kind: normalToken, bias: biasNever, step: i + 1, next: i + 2}
		same := func(o token) bool { return o.text == t.text }
		if slices.ContainsFunc(known, same) || slices.ContainsFunc(out, same) {
			panic("ollamatest: the piece " + piece + " is a token already; make it longer")
		}
		out = append(out, t)
	}
	return out
}
