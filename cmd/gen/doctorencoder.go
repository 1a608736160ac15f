package main

import (
	"context"
	"fmt"
	"time"

	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/dense"
	"hardneg/internal/llm"
)

// examineEncoder asks for three vectors, in one request: what is about the same must be nearer than what is not, or the vectors say
// nothing.
func (a *app) examineEncoder(ctx context.Context, provider llm.Provider, m config.Model, e *generate.Encoder, pull bool) (string, error) {
	req := llm.Request{Stage: "doctor", Prompt: "doctor", Model: e.Model, Extra: e.Extra, Dimensions: e.Dimensions, Texts: []string{
		e.QueryPrefix + "how long do honey bees live", e.PassagePrefix + "Honey bees live for six weeks in summer, and honey bees of winter live long.",
		e.PassagePrefix + "The tariff of 1902 doubled the duty on imported steel rails."}}
	resp, took, err := a.tryOut(ctx, provider, req, m, pull)
	if err != nil {
		return "", err
	}
	var unit [3][]float32
	for i := range unit {
		if unit[i], err = dense.Unit(resp.Vectors[i]); err != nil {
			return "", &llm.Error{Class: llm.Down, Reason: "bad_vectors", Endpoint: provider.Endpoint(), Err: err}
		}
	}
	near, far := dense.Dot(unit[0], unit[1]), dense.Dot(unit[0], unit[2])
	said := fmt.Sprintf("%s at %s answered in %s: vectors of dimension %d; a query has cosine %.2f with an answer and %.2f with another text",
		m.Model, provider.Endpoint(), took.Round(time.Millisecond), len(unit[0]), near, far)
	if near <= far {
		a.warn("models: " + said + ": is this model an encoder, and are its prefixes right?")
	}
	return said, nil
}
