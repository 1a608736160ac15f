package llm

import (
	"context"
	"maps"
	"slices"
)

// Models lists the names of the models that the server has, sorted.
func (o *OpenAI) Models(ctx context.Context) ([]string, error) {
	c := &capture{}
	_, err := o.client.ListModels(withCapture(ctx, c))
	type list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	return o.wire.names(ctx, c, err, func(body []byte) ([]string, *Error) {
		var l list
		failed := readJSON(body, &l)
		names := map[string]bool{}
		for _, m := range l.Data {
			names[m.ID] = true
		}
		return slices.Sorted(maps.Keys(names)), failed
	})
}

// Digest names what the server has under the name of a model, where it tells: vLLM says with what it was started. "" if not.
func (o *OpenAI) Digest(ctx context.Context, model string) (string, error) {
	c := &capture{}
	_, err := o.client.ListModels(withCapture(ctx, c))
	found, err := o.wire.names(ctx, c, err, func(body []byte) ([]string, *Error) {
		var l struct {
			Data []struct {
				ID   string `json:"id"`
				Root string `json:"root"`
			} `json:"data"`
		}
		failed := readJSON(body, &l)
		for _, m := range l.Data {
			if m.ID == model {
				return []string{m.Root}, failed
			}
		}
		return []string{""}, failed
	})
	if err != nil {
		return "", err
	}
	return found[0], nil
}
