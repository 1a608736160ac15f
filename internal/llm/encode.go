package llm

import (
	"encoding/json"
	"math"
	"strconv"
	"sync"
	"unicode/utf8"
)

// appendText appends a JSON string exactly as encoding/json writes it, which nearly all of a request is. Doing it by hand spares
// the reflection and the copies around it.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if !escaped[c] {
				i++
				continue
			}
			b = appendEscaped(append(b, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, hexDigits[r&0xF])
			start = i + size
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}

const hexDigits = "0123456789abcdef"

// escaped are the ASCII characters that encoding/json does not write as they are.
var escaped = func() (t [utf8.RuneSelf]bool) {
	for c := range t {
		t[c] = c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&'
	}
	return t
}()

func appendEscaped(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}

// encoded keeps the JSON of texts that many requests share: system messages and schemas. A run has a handful of them.
type encoded struct {
	mu   sync.RWMutex
	json map[string][]byte
}

const mostEncoded = 64

// of returns the JSON of a text, which make makes.
func (e *encoded) of(s string, make func(string) ([]byte, error)) ([]byte, error) {
	e.mu.RLock()
	b, ok := e.json[s]
	e.mu.RUnlock()
	if ok {
		return b, nil
	}
	b, err := make(s)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.json == nil || len(e.json) == mostEncoded {
		e.json = map[string][]byte{}
	}
	e.json[s] = b
	return b, nil
}

func encodeText(s string) ([]byte, error) { return appendText(nil, s), nil }

func encodeRaw(s string) ([]byte, error) { return json.Marshal(json.RawMessage(s)) }

// appendLogical appends the stored form of a request: the JSON of logical without its static part, byte for byte. What the
// person adds and the numbers with a fraction are rare or few, and are left to encoding/json.
func (r *Request) appendLogical(b []byte) ([]byte, error) {
	b, _ = r.appendUser(b)
	return r.appendRest(b)
}

// appendUser appends the stored form up to the text, and returns the JSON of that.
func (r *Request) appendUser(b []byte) (all, user []byte) {
	b = appendText(append(b, `{"model":`...), r.Model)
	b = append(b, `,"user":`...)
	from := len(b)
	b = appendText(b, r.User)
	return b, b[from:len(b):len(b)]
}

func (r *Request) appendRest(b []byte) ([]byte, error) {
	b = appendText(append(b, `,"schema_name":`...), r.Schema.Name)
	var err error
	if b, err = appendNumber(append(b, `,"temperature":`...), r.Temperature); err != nil {
		return nil, err
	}
	if b, err = appendNumber(append(b, `,"top_p":`...), r.TopP); err != nil {
		return nil, err
	}
	b = strconv.AppendInt(append(b, `,"max_tokens":`...), int64(r.MaxTokens), 10)
	if r.Think {
		b = append(b, `,"think":true`...)
	}
	if r.Logprobs {
		b = append(b, `,"logprobs":true`...)
	}
	if len(r.History) > 0 {
		history, err := json.Marshal(r.History)
		if err != nil {
			return nil, err
		}
		b = append(append(b, `,"history":`...), history...)
	}
	if len(r.Extra) > 0 {
		extra, err := json.Marshal(r.Extra)
		if err != nil {
			return nil, err
		}
		b = append(append(b, `,"extra":`...), extra...)
	}
	b = strconv.AppendInt(append(b, `,"sample":`...), int64(r.Sample), 10)
	b = strconv.AppendInt(append(b, `,"attempt":`...), int64(r.Attempt), 10)
	return append(b, '}'), nil
}

// appendNumber appends a number as encoding/json does.
func appendNumber(b []byte, f *float64) ([]byte, error) {
	switch {
	case f == nil:
		return append(b, "null"...), nil
	case *f == 0 || 1e-6 <= math.Abs(*f) && math.Abs(*f) < 1e21: // what is written without an exponent
		return strconv.AppendFloat(b, *f, 'f', -1, 64), nil
	}
	n, err := json.Marshal(*f)
	return append(b, n...), err
}
