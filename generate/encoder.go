package generate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// StageIndex is the stage of the requests for vectors of passages. It has no items of its own: they are made before stage negatives
// begins, and stand for all queries.
const StageIndex = "index"

// Encoder is a model that makes vectors of texts.
type Encoder struct {
	Client        llm.Client
	Model         string
	Extra         map[string]any
	Dimensions    int    // 0: the model's own
	QueryPrefix   string // stands before queries, as E5 (arXiv 2212.03533) and others were trained
	PassagePrefix string
	Batch         int // texts of a request, where there are many
}

// String names all that decides a vector.
func (e *Encoder) String() string {
	b, err := json.Marshal([]any{e.Model, e.Dimensions, e.QueryPrefix, e.PassagePrefix, e.Extra}) // map keys are sorted
	if err != nil {
		panic("generate: encoder cannot be encoded: " + err.Error()) // it comes from the config and was text before
	}
	return string(b)
}

func (e *Encoder) request(stage, prompt string, texts ...string) llm.Request {
	r := llm.Request{Stage: stage, Prompt: prompt, Model: e.Model, Extra: e.Extra, Dimensions: e.Dimensions, Texts: texts}
	parts := []string{stage, Dense}
	for _, t := range texts {
		parts = append(parts, r.TextKey(t).String())
	}
	r.Input = hardneg.KeyOf(parts...).String()
	return r
}

// shown is a passage as the encoder sees it.
func (e *Encoder) shown(p hardneg.Passage) string {
	return e.PassagePrefix + prompts.PassageText(p.Title, p.Text)
}

// passages asks for the vectors of passages. One that the encoder refuses is a matter for a person: without it, the ranks of every
// query would be others than those of the corpus.
func (e *Encoder) passages(ctx context.Context, ps []hardneg.Passage) ([][]float32, error) {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = e.shown(p)
	}
	resp, err := e.Client.Complete(ctx, e.request(StageIndex, "vectors of passages", texts...))
	if failed, ok := llm.AsError(err); ok && failed.Class == llm.Item {
		if len(ps) > 1 {
			return e.halves(ctx, ps)
		}
		return nil, &llm.Error{Class: llm.Down, Reason: "no_vector", Status: failed.Status, Endpoint: failed.Endpoint,
			Err: fmt.Errorf("passage %s gets no vector: %w; shorten or remove it, or let the server cut long texts (models.….extra)", ps[0].ID, failed.Err)}
	}
	if err != nil {
		return nil, err
	}
	if len(resp.Vectors) != len(ps) {
		return nil, &llm.Error{Class: llm.Down, Reason: "bad_vectors", Err: errors.New("the stored vectors are not those of the passages: `gen check`")}
	}
	return resp.Vectors, nil
}

// halves finds out which passages of a request it was that the encoder does not take.
func (e *Encoder) halves(ctx context.Context, ps []hardneg.Passage) ([][]float32, error) {
	first, err := e.passages(ctx, ps[:len(ps)/2])
	if err != nil {
		return nil, err
	}
	second, err := e.passages(ctx, ps[len(ps)/2:])
	return append(first, second...), err
}
