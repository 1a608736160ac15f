package corpus

import (
	"fmt"
	"strings"

	"hardneg"
)

// The names that are looked for, in this order, where the user names none.
var (
	knownID    = []string{"_id", "id", "docid"}
	knownTitle = []string{"title"}
	knownText  = []string{"text", "contents", "passage"}
)

// schema is where a record keeps what.
type schema struct {
	id, title, text []string // names, best first
	named           Fields
	needID          bool
}

// newSchema resolves the user's names. needID makes a record without id a problem; so does a name for it.
func newSchema(f Fields, needID bool) schema {
	return schema{
		id: orKnown(f.ID, knownID), title: orKnown(f.Title, knownTitle), text: orKnown(f.Text, knownText),
		named: f, needID: needID || f.ID != "",
	}
}

func orKnown(name string, known []string) []string {
	if name != "" {
		return []string{name}
	}
	return known
}

// kind is what a field holds.
type kind uint8

const (
	isAbsent kind = iota
	isNull
	isText
	isInteger
	isNumber
	isBoolean
	isList
	isObject
	isHalfPair // a string with half of a surrogate pair, which is no character
	isNotUTF8
)

func (k kind) String() string {
	return [...]string{"missing", "null", "a string", "an integer", "a number with a fraction or exponent", "a boolean",
		"a list", "an object", "a string with half of a surrogate pair", "bytes that are not UTF-8"}[k]
}

// value is a field of a record as read.
type value struct {
	name string // as found in the file; "" if absent
	kind kind
	str  string // of isText and isInteger; of a node also that of isNumber and isBoolean
}

// record makes a passage of three fields, or says which rule forbids it. has lists the fields of the line, for the
// message that a field is missing.
func (sc schema) record(id, title, body value, has func() []string) (Record, *Problem) {
	var r Record
	var p *Problem
	if r.Passage.Text, p = sc.bodyOf(body, has); p != nil {
		return r, p
	}
	if r.Passage.Title, p = titleOf(title); p != nil {
		return r, p
	}
	switch {
	case id.kind == isText && strings.IndexByte(id.str, 0) >= 0:
		return r, &Problem{Field: id.name, Rule: "nul", Message: "holds a NUL character; remove it"}
	case id.kind == isText && strings.TrimSpace(id.str) != "", id.kind == isInteger:
		r.Passage.ID, r.GivenID = id.str, true
	case id.kind != isAbsent && id.kind != isNull && id.kind != isText:
		return r, &Problem{Field: id.name, Rule: "id", Message: "is " + id.kind.String() +
			"; an id is a string or an integer"}
	case sc.needID:
		return r, &Problem{Field: sc.id[0], Rule: "id", Message: "missing or empty; give each line its own id"}
	default:
		r.Passage = hardneg.Passage{ID: TextID(r.Passage.Text), Title: r.Passage.Title, Text: r.Passage.Text}
	}
	return r, nil
}

func (sc schema) bodyOf(body value, has func() []string) (string, *Problem) {
	if body.kind == isAbsent {
		return "", sc.missingText(has())
	}
	p := Problem{Field: body.name}
	out := clean(body.str)
	switch {
	case body.kind == isNull:
		p.Rule, p.Message = "missing_text", "is null; give the text or remove the line"
	case body.kind == isHalfPair:
		p.Rule, p.Message = "utf8", "holds half of a surrogate pair; write the whole character"
	case body.kind != isText:
		p.Rule, p.Message = "type", "is "+body.kind.String()+"; a text is a string"
	case strings.IndexByte(out, 0) >= 0:
		p.Rule, p.Message = "nul", "holds a NUL character; remove it"
	case out == "":
		p.Rule, p.Message = "empty_text", "is empty; give the text or remove the line"
	default:
		return out, nil
	}
	return "", &p
}

func (sc schema) missingText(has []string) *Problem {
	p := &Problem{Field: sc.text[0], Rule: "missing_text"}
	found := "the line has no fields"
	if len(has) > 0 {
		found = "the line has " + listed(has)
	}
	if sc.named.Text != "" {
		p.Message = fmt.Sprintf("missing; %s: name the right one in corpus.fields.text", found)
	} else {
		p.Message = fmt.Sprintf("missing (known: %s); %s: name the right one in corpus.fields.text",
			strings.Join(knownText, ", "), found)
	}
	return p
}

func titleOf(title value) (string, *Problem) {
	p := Problem{Field: title.name}
	switch {
	case title.kind == isAbsent || title.kind == isNull:
		return "", nil
	case title.kind == isHalfPair:
		p.Rule, p.Message = "utf8", "holds half of a surrogate pair; write the whole character"
	case title.kind != isText:
		p.Rule, p.Message = "type", "is "+title.kind.String()+"; a title is a string, null or left out"
	case strings.IndexByte(title.str, 0) >= 0:
		p.Rule, p.Message = "nul", "holds a NUL character; remove it"
	default:
		return clean(title.str), nil
	}
	return "", &p
}

// accept counts a good passage and gives it its place.
func (in *input) accept(r Record, line int) Record {
	r.File, r.Line = in.path, line
	in.led.good()
	if hasControl(r.Passage.Text) || hasControl(r.Passage.Title) {
		in.led.stats.Control++
	}
	return r
}
