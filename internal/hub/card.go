package hub

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// CardError is what the Hub has against a card.
type CardError struct{ Said string }

func (e *CardError) Error() string { return "the Hub refused the card: " + e.Said }

// remark is one of the Hub's about a card.
type remark struct{ Message string }

// validateCard asks the Hub what it thinks of the front matter, before anything is uploaded. A Hub without that question is not asked.
func (c *Client) validateCard(ctx context.Context, files []*file) error {
	for _, f := range files {
		if f.path != "README.md" {
			continue
		}
		content, err := f.read()
		if err != nil {
			return err
		}
		var answer struct{ Errors, Warnings []remark }
		err = c.post(ctx, "/api/validate-yaml", map[string]any{"content": string(content), "repoType": "dataset"}, &answer)
		if refused(err, http.StatusNotFound) {
			return nil
		}
		if refused(err, http.StatusBadRequest) || len(answer.Errors) > 0 {
			return &CardError{c.against(answer.Errors, err)}
		}
		for _, w := range answer.Warnings {
			c.Say("the Hub on the card: %s", c.quote([]byte(w.Message)))
		}
		return err
	}
	return nil
}

// against is the reasons why a card is refused. With a refusal they stand in its body, and where they don't, the body is what there is.
func (c *Client) against(reasons []remark, err error) string {
	said := ""
	var s *statusError
	if errors.As(err, &s) {
		var answer struct {
			Errors []remark
			Error  string
		}
		said = s.said
		if json.Unmarshal(s.body, &answer) == nil {
			reasons, said = answer.Errors, cmp.Or(c.quote([]byte(answer.Error)), said)
		}
	}
	var all []string
	for _, r := range reasons {
		if m := c.quote([]byte(r.Message)); m != "" {
			all = append(all, m)
		}
	}
	return cmp.Or(strings.Join(all, "; "), said, "it does not say why")
}
