package llm

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"github.com/ollama/ollama/api"
	openai "github.com/sashabaranov/go-openai"

	"hardneg"
)

// embed asks for vectors with one HTTP request. Errors are of type *[Error].
func (o *OpenAI) embed(ctx context.Context, req *Request) (Response, error) {
	start := time.Now()
	fields := map[string]any{"encoding_format": "float"}
	if req.Dimensions > 0 {
		fields["dimensions"] = req.Dimensions
	}
	c, err := patches(fields, req.Extra, "model", "input")
	if err != nil {
		return Response{}, o.wire.finish(&Error{Class: Down, Reason: "bad_request", Err: err}, &capture{})
	}
	b := append([]byte{'{'}, c.add...)
	b = appendText(append(b, `"model":`...), req.Model)
	b = append(b, `,"input":[`...)
	for i, t := range req.Texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, t)
	}
	c.own = append(b, `]}`...)
	_, err = o.client.CreateEmbeddings(withCapture(ctx, c), openai.EmbeddingRequest{Model: openai.EmbeddingModel(req.Model), Input: []string{}})
	resp, failed := o.wire.settle(ctx, c, err, func(raw []byte) (Response, error) { return embeddingsOfOpenAI(req, raw) })
	if failed != nil {
		return Response{}, o.wire.finish(o.wire.renew(failed, c), c)
	}
	resp.Latency, resp.Pause = time.Since(start), rateHint(c.header)
	return resp, nil
}

// embeddingsOfOpenAI reads the raw body of a reply with vectors. Each says by its index which text it is for.
func embeddingsOfOpenAI(req *Request, raw []byte) (Response, error) {
	var r struct {
		Error json.RawMessage `json:"error"`
		Model string          `json:"model"`
		Data  []struct {
			Index     *int            `json:"index"`
			Embedding json.RawMessage `json:"embedding"`
		} `json:"data"`
		Usage struct {
			Prompt float64 `json:"prompt_tokens"`
		} `json:"usage"`
	}
	if e := readJSON(raw, &r); e != nil {
		return Response{}, e
	}
	if hasError(r.Error) {
		return Response{}, innerRefusal(raw)
	}
	vs := make([][]float32, 0, len(r.Data))
	for i, d := range r.Data {
		if d.Index == nil || *d.Index != i {
			return Response{}, badProtocol("vector %d of %d does not have the index %d: which text it is for can't be told", i+1, len(r.Data), i)
		}
		v, err := readVector(d.Embedding)
		if err != nil {
			return Response{}, badProtocol("vector %d of %d: %w", i+1, len(r.Data), err)
		}
		vs = append(vs, v)
	}
	return orError(vectorsOf(req, vs, r.Model, hardneg.Usage{Prompt: tokens(r.Usage.Prompt)}))
}

func orError(resp Response, e *Error) (Response, error) {
	if e != nil {
		return resp, e
	}
	return resp, nil
}

// embed asks for vectors with one HTTP request. A text that is longer than the encoder's context is cut there by the server, as encoders
// are used, unless extra: {truncate: false} has it refused.
func (o *Ollama) embed(ctx context.Context, req *Request) (Response, error) {
	start := time.Now()
	body := &api.EmbedRequest{Model: req.Model, Input: req.Texts, Dimensions: req.Dimensions}
	if _, theirs := req.Extra["keep_alive"]; !theirs {
		body.KeepAlive = &api.Duration{Duration: keepAlive}
	}
	extra := maps.Clone(req.Extra)
	if options, ok := extra["options"].(map[string]any); ok {
		body.Options = options
		delete(extra, "options")
	}
	c, err := patches(map[string]any{}, extra, "model", "input", "options")
	if err != nil {
		return Response{}, o.wire.finish(&Error{Class: Down, Reason: "bad_request", Err: err}, &capture{})
	}
	_, err = o.client.Embed(withCapture(ctx, c), body)
	resp, failed := o.wire.settle(ctx, c, err, func(raw []byte) (Response, error) { return embeddingsOfOllama(req, raw) })
	if failed != nil {
		return Response{}, o.wire.finish(o.wire.renew(o.explain(failed, req.Model), c), c)
	}
	resp.Latency = time.Since(start)
	return resp, nil
}

// embeddingsOfOllama reads the raw body of a reply with vectors, which are in the order of the texts.
func embeddingsOfOllama(req *Request, raw []byte) (Response, error) {
	var r struct {
		Error      json.RawMessage   `json:"error"`
		Model      string            `json:"model"`
		Embeddings []json.RawMessage `json:"embeddings"`
		Prompt     float64           `json:"prompt_eval_count"`
	}
	if e := readJSON(raw, &r); e != nil {
		return Response{}, e
	}
	switch {
	case hasError(r.Error):
		return Response{}, innerRefusal(raw)
	case r.Embeddings == nil:
		return Response{}, cut(errors.New("there are no embeddings in it"))
	}
	vs := make([][]float32, 0, len(r.Embeddings))
	for i, e := range r.Embeddings {
		v, err := readVector(e)
		if err != nil {
			return Response{}, badProtocol("vector %d of %d: %w", i+1, len(r.Embeddings), err)
		}
		vs = append(vs, v)
	}
	return orError(vectorsOf(req, vs, r.Model, hardneg.Usage{Prompt: tokens(r.Prompt)}))
}
