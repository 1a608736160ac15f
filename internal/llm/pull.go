package llm

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/ollama/ollama/api"
)

// Pull makes the server get a model from its registry, which can take hours. tell is called with each step and how many of
// its bytes are there. Errors are of type *[Error].
func (o *Ollama) Pull(ctx context.Context, model string, tell func(step string, done, total int64)) error {
	last := ""
	err := o.puller.Pull(ctx, &api.PullRequest{Model: model}, func(p api.ProgressResponse) error {
		last = p.Status
		tell(p.Status, p.Completed, p.Total)
		return nil
	})
	if err == nil && last != "success" {
		err = errors.New("the server broke off") // the library takes the end of a stream for success, wherever it is
	}
	if err == nil {
		return nil
	}
	return o.wire.finish(&Error{Class: Down, Reason: "pull", Err: fmt.Errorf("the server could not get model %s: %w", model, err)}, &capture{})
}

// PullCommand is what a person types to get a model onto this server.
func (o *Ollama) PullCommand(model string) string {
	if o.wire.endpoint == ollamaEndpoint {
		return "ollama pull " + model
	}
	return "OLLAMA_HOST=" + o.wire.endpoint + " ollama pull " + model
}

// streaming is an http.Client for replies that are read as they come.
func (w *wire) streaming() *http.Client {
	c := w.client()
	c.Transport = stream{w}
	return c
}

type stream struct{ w *wire }

// RoundTrip implements [http.RoundTripper].
func (s stream) RoundTrip(req *http.Request) (*http.Response, error) {
	out, err := s.w.prepare(req, &capture{})
	if err != nil {
		return nil, err
	}
	return s.w.network.RoundTrip(out)
}
