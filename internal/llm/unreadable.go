package llm

import (
	"strings"

	"hardneg"
	"hardneg/internal/text"
)

// Unreadable says that no reply to a request could be read, the re-ask included. The item failed; nothing is assumed of it.
type Unreadable struct {
	Reason string // empty, thinking, loop, length, not_json, schema
	Call   hardneg.Key
	Err    error
	cut    bool // by the cap, and would not have been by a higher one
}

func (e *Unreadable) Error() string { return "unreadable reply (" + e.Reason + "): " + e.Err.Error() }
func (e *Unreadable) Unwrap() error { return e.Err }

// flood is how much white space a reply ends with that will never end.
const flood = 200

// unreadable says why a reply can't be read: by what the model did, where that shows, else by what is wrong with the reply.
func unreadable(resp Response, reason string, err error) *Unreadable {
	cut := resp.FinishReason == "length"
	switch {
	case stillThinking(resp.Content), strings.TrimSpace(resp.Content) == "" && strings.TrimSpace(resp.Thinking) != "":
		reason = "thinking"
	case (cut || reason == "not_json") && loops(resp.Content):
		reason, cut = "loop", false
	case cut:
		reason = "length"
	}
	return &Unreadable{Reason: reason, Call: resp.Call, Err: err, cut: cut}
}

func loops(content string) bool {
	return len(content)-len(strings.TrimRight(content, " \t\r\n")) >= flood || text.Looping(content)
}

// refuses reports a refusal in words, where a reply of another form was asked for.
func refuses(content string) bool {
	said, _ := dropThinking(content)
	return !strings.Contains(said, "{") && text.Refusal(said)
}
