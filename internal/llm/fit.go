package llm

import (
	"context"
	"fmt"
)

// TooLong is the reason of a request that was not sent, because its prompt and its reply do not fit into the model's context.
const TooLong = "too_long"

// fitting refuses what does not fit into the context, before anything is paid for. It stands behind the cache: what was answered
// before is an answer.
type fitting struct {
	context int // tokens; 0: not known, and the server tells
	next    sender
}

func (c *fitting) send(ctx context.Context, req *Request) (*Response, error) {
	if err := CheckFit(req, c.context); err != nil {
		return nil, err
	}
	return c.next.send(ctx, req)
}

// CheckFit estimates a prompt and compares it with a context of so many tokens, in which the reply must have room too; 0 is
// unknown. The error is an [*Error] of class Item with the reason [TooLong]. A reply that is asked for anew may be given less
// room than its cap, which is then higher than that of the first attempt.
func CheckFit(req *Request, context int) error {
	prompt := estimateTokens(req.System) + estimateTokens(req.User)
	room := contextOf(req, context)
	if room <= 0 || req.Attempt > 0 || prompt+int64(req.MaxTokens) <= int64(room) {
		return nil
	}
	return &Error{Class: Item, Reason: TooLong, Unsent: true,
		Err: fmt.Errorf("a prompt of about %d tokens and a reply of %d do not fit into num_ctx, which is %d; raise it if the model has a longer context, or split the text",
			prompt, req.MaxTokens, room)}
}

// contextOf is the context that the request is sent with: extra.options of Ollama may set another one, or leave it to the server.
func contextOf(req *Request, context int) int {
	options, _ := req.Extra["options"].(map[string]any)
	theirs, ok := options["num_ctx"]
	if !ok || context == 0 {
		return context
	}
	switch n := theirs.(type) {
	case int:
		return n
	case int64:
		return int(n)
	case float64:
		return int(n)
	}
	return 0
}
