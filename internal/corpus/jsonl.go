package corpus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// jsonl: one JSON object a line, with the fields of [Fields] and any others.
var _ = register(format{
	name:   "jsonl",
	exts:   []string{"jsonl", "ndjson", "json"},
	claims: claimsJSONL,
	read: func(in *input, emit func(Record) bool) error {
		return readJSONL(in, newSchema(in.o.Fields, false), emit)
	},
})

// claimsJSONL looks for an object with a key, or without any, at the start.
func claimsJSONL(head []byte, _ Options) bool {
	head = bytes.TrimSpace(head)
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	head = bytes.TrimSpace(head[1:])
	return len(head) > 0 && (head[0] == '"' || head[0] == '}')
}

// readJSONL reads the objects of a file as records of a schema.
func readJSONL(in *input, sc schema, emit func(Record) bool) error {
	var members []member
	return in.eachLine(bytes.TrimSpace, func(line []byte, n int) (bool, error) {
		var r Record
		var p *Problem
		if r, members, p = sc.parseJSON(line, members); p != nil {
			in.bad(n, 1, *p)
			return true, nil
		}
		return emit(in.accept(r, n)), nil
	})
}

// parseJSON makes a record of a line. members is scratch space, returned for the next line.
func (sc schema) parseJSON(line []byte, members []member) (Record, []member, *Problem) {
	if p := badBytes(line); p != nil {
		return Record{}, members, p
	}
	if p := badJSON(line); p != nil {
		return Record{}, members, p
	}
	s := scanObject(line, members)
	if p := s.twiceProblem(line); p != nil {
		return Record{}, s.members, p
	}
	r, p := sc.record(s.pick(sc.id), s.pick(sc.title), s.pick(sc.text), s.keys)
	if p == nil && sc.named.Links != "" {
		r.Links, p = linksAt(s.node(sc.named.Links), sc.named.Links, r.Passage.ID)
	}
	return r, s.members, p
}

// twiceProblem reports a key that stands twice in one object of the line.
func (s *jsonScan) twiceProblem(line []byte) *Problem {
	if s.twice == nil {
		return nil
	}
	return &Problem{Byte: s.at + 1, Rule: "duplicate_key",
		Message: fmt.Sprintf("key %q stands twice in one object; keep one", cut(string(s.twice))), Excerpt: excerpt(line, s.at)}
}

func (s *jsonScan) keys() []string {
	names := make([]string, len(s.members))
	for i, m := range s.members {
		names[i] = string(m.key)
	}
	return names
}

// badJSON reports a line that is not one JSON object.
func badJSON(line []byte) *Problem {
	if !json.Valid(line) {
		var all json.RawMessage
		err := json.Unmarshal(line, &all)
		at := len(line)
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			at = max(0, int(syntax.Offset)-1)
		}
		return &Problem{Byte: at + 1, Rule: "json", Message: fmt.Sprintf("not JSON: %v; write one object a line", err),
			Excerpt: excerpt(line, at)}
	}
	at := bytes.IndexFunc(line, func(r rune) bool { return r > ' ' })
	if line[at] == '{' {
		return nil
	}
	p := &Problem{Rule: "not_object", Message: "is " + valueOf(line[at:]).kind.String() + ", not an object; write one object a line"}
	if line[at] == '[' {
		p.Message += ", for example with: jq -c '.[]'"
	}
	return p
}
