package llm

import (
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// wireLogprobs are the tokens of a reply as OpenAI's and Ollama's API give them: most of its bytes, where a judge asks for them.
type wireLogprobs []TokenLogprob

var errOtherTokens = errors.New("tokens of another shape")

// UnmarshalJSONFrom reads what servers send in a fraction of the time that reflection takes. Any other shape is an error, and left to
// a decoder that reads over it; see readJSON.
func (l *wireLogprobs) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	r := tokenReader{s: string(raw)} // the tokens are parts of it
	*l = r.tokens()
	if r.other {
		return errOtherTokens
	}
	return nil
}

// tokenReader goes through a valid JSON value.
type tokenReader struct {
	s     string
	i     int
	other bool // it is not what it should be
}

func (r *tokenReader) tokens() (all wireLogprobs) {
	if strings.HasPrefix(r.s, "null") {
		return nil
	}
	logprobs := strings.Count(r.s, `"logprob"`) // about as many, of tokens and alternatives
	tokens := min(strings.Count(r.s, `"top_logprobs"`), logprobs)
	if tokens == 0 {
		tokens = logprobs
	}
	all = make(wireLogprobs, 0, tokens)
	tops := make([]Alternative, 0, logprobs-tokens) // of all tokens
	r.each('[', ']', func() {
		var t TokenLogprob
		r.fields(func(name string) bool {
			if name != "top_logprobs" {
				return r.field(name, &t.Token, &t.Logprob)
			}
			from := len(tops)
			tops, t.Top = r.alternatives(tops), nil
			if to := len(tops); to > from {
				t.Top = tops[from:to:to]
			}
			return true
		})
		all = append(all, t)
	})
	return all
}

func (r *tokenReader) alternatives(to []Alternative) []Alternative {
	if r.peek() == 'n' {
		r.skip()
		return to
	}
	r.each('[', ']', func() {
		var a Alternative
		r.fields(func(name string) bool { return r.field(name, &a.Token, &a.Logprob) })
		to = append(to, a)
	})
	return to
}

// field reads what a token and an alternative have in common; it reports false for anything else.
func (r *tokenReader) field(name string, token *string, logprob *float64) bool {
	switch name {
	case "token":
		*token = r.string()
	case "logprob":
		*logprob = r.number()
	default:
		return false
	}
	return true
}

// each calls read where an element of a list begins; read goes to its end.
func (r *tokenReader) each(open, end byte, read func()) {
	if r.peek() != open {
		r.other = true
		return
	}
	r.i++
	for !r.other {
		switch c := r.peek(); c {
		case end:
			r.i++
			return
		case ',':
			r.i++
		case 0:
			r.other = true
		default:
			read()
		}
	}
}

// fields calls read with the name of each member of an object; where read reports false the member is left out.
func (r *tokenReader) fields(read func(name string) bool) {
	r.each('{', '}', func() {
		name := r.string()
		if r.peek() != ':' {
			r.other = true
			return
		}
		r.i++
		if r.peek(); !read(name) {
			r.skip()
		}
	})
}

// peek is the next byte that is not a space, 0 at the end.
func (r *tokenReader) peek() byte {
	for ; r.i < len(r.s); r.i++ {
		if c := r.s[r.i]; c > ' ' {
			return c
		}
	}
	return 0
}

func (r *tokenReader) string() string {
	raw := r.quoted()
	if r.other || strings.IndexByte(raw, '\\') < 0 {
		return strings.Trim(raw, `"`)
	}
	b, err := jsontext.AppendUnquote(nil, raw)
	r.other = r.other || err != nil
	return string(b)
}

// quoted is a string with its quotes.
func (r *tokenReader) quoted() string {
	if r.peek() != '"' {
		r.other = true
		return ""
	}
	from := r.i
	for r.i++; r.i < len(r.s); r.i++ {
		switch r.s[r.i] {
		case '\\':
			r.i++
		case '"':
			r.i++
			return r.s[from:r.i]
		}
	}
	r.other = true
	return ""
}

func (r *tokenReader) number() float64 {
	r.peek()
	from := r.i
	for r.i < len(r.s) && (r.s[r.i]-'0' <= 9 || strings.IndexByte("-.eE+", r.s[r.i]) >= 0) {
		r.i++
	}
	x, err := strconv.ParseFloat(r.s[from:r.i], 64)
	r.other = r.other || err != nil
	return x
}

// skip goes over a value.
func (r *tokenReader) skip() {
	for depth := 0; !r.other; {
		switch r.peek() {
		case '"':
			r.quoted()
		case '[', '{':
			depth++
			r.i++
		case ']', '}':
			depth--
			r.i++
		case ',', ':':
			r.i++
		case 0:
			r.other = true
		default: // a number or a word
			for r.i < len(r.s) && (r.s[r.i]-'0' <= 9 || strings.IndexByte(" \t\r\n,:]}", r.s[r.i]) < 0) {
				r.i++
			}
		}
		if depth == 0 {
			return
		}
	}
}
