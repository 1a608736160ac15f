package corpus

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Problem is one bad line. Rule is a short stable word: json, not_object, duplicate_key, missing_text, empty_text, type, id,
// utf8, nul, too_long, columns, quote, grade.
type Problem struct {
	File    string
	Line    int // from 1; for a record of several lines, where it starts
	Byte    int // from 1, into the line (csv: into the cell), 0 if the rule has no place; counted in bytes
	Field   string
	Rule    string
	Message string // what is wrong; what to do about it
	Excerpt string // up to 120 bytes of the line around Byte, for rules with a place
}

// String is the problem in one line: file:line[:byte]: [field name:] message [near excerpt].
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: ", p.File, p.Line)
	if p.Byte > 0 {
		b.Reset()
		fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Line, p.Byte)
	}
	if p.Field != "" {
		fmt.Fprintf(&b, "field %s: ", p.Field)
	}
	b.WriteString(p.Message)
	if p.Excerpt != "" {
		fmt.Fprintf(&b, "; near %q", p.Excerpt)
	}
	return b.String()
}

// Error is an error of the data that makes a whole file unusable. Rule is a short stable word: missing, not_regular, folder,
// format, ambiguous, choice, compression, encoding, stream, bomb, changed, empty, columns, quote, no_match, closed.
type Error struct {
	File    string
	Line    int // 0 if it is about the file as a whole
	Rule    string
	Message string
	Hint    string // what to do; may be ""
	Err     error  // what caused it, may be nil
}

// Error is file[:line]: message[: cause], without the hint.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	b.WriteString(": " + e.Message)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// excerptLen is the length, in bytes, of what a problem quotes.
const excerptLen = 120

// excerpt is the part of line around the byte offset at, cut between characters.
func excerpt(line []byte, at int) string {
	from := max(0, min(at-40, len(line)-excerptLen))
	to := min(len(line), from+excerptLen)
	for from < to && from > 0 && !utf8.RuneStart(line[from]) {
		from++
	}
	for to > from && to < len(line) && !utf8.RuneStart(line[to]) {
		to--
	}
	return string(line[from:to])
}

// badBytes finds what no text may hold: bytes that are not UTF-8, and NUL. It returns nil for clean bytes.
func badBytes(line []byte) *Problem {
	if !utf8.Valid(line) {
		at := firstInvalid(line)
		return &Problem{Byte: at + 1, Rule: "utf8", Excerpt: excerpt(line, at),
			Message: "not UTF-8; convert the file, for example with: iconv -f LATIN1 -t UTF-8"}
	}
	if at := bytes.IndexByte(line, 0); at >= 0 {
		return &Problem{Byte: at + 1, Rule: "nul", Excerpt: excerpt(line, at),
			Message: "holds a NUL byte; the file is damaged or not text"}
	}
	return nil
}

// firstInvalid is the offset of the first byte that is not UTF-8.
func firstInvalid(line []byte) int {
	at := 0
	for at < len(line) {
		r, n := utf8.DecodeRune(line[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return at
}

// tooLong is the problem of a line above the limit.
func tooLong(max int) Problem {
	return Problem{Rule: "too_long", Message: fmt.Sprintf("longer than %d bytes; split the text into passages", max)}
}

// listed joins names for a message: at most ten, each cut to 40 bytes, as they come from the user's file.
func listed(names []string) string {
	const most = 10
	var out []string
	for i, n := range names {
		if i == most {
			out = append(out, fmt.Sprintf("… (%d in all)", len(names)))
			break
		}
		out = append(out, cut(n))
	}
	return strings.Join(out, ", ")
}

// cut shortens a word of the user's file to 40 bytes.
func cut(word string) string {
	const long = 40
	if len(word) > long {
		word = word[:long] + "…"
	}
	return strings.ToValidUTF8(word, "")
}
