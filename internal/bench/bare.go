package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	openai "github.com/sashabaranov/go-openai"
	"golang.org/x/sync/errgroup"

	"hardneg"
	"hardneg/store"
)

// bare sends the requests of a run with so many in flight, and reads the replies: through go-openai, or through nothing but net/http.
// Loading them is part of neither wall nor CPU in any way that matters: it is the same file for all rounds.
func bare(dir, url, loop string, flight int) {
	st, err := store.Open(dir, store.Options{ReadOnly: true})
	check(err)
	var requests []openai.ChatCompletionRequest
	for c, err := range st.Calls(context.Background(), hardneg.Key{}) {
		check(err)
		requests = append(requests, requestOf(c))
	}
	check(st.Close())
	hc := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: flight, MaxConnsPerHost: flight}}
	send := throughLibrary(url, hc)
	if loop == "http" {
		send = throughHTTP(url, hc)
	}
	var next atomic.Int64
	var g errgroup.Group
	for range flight {
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					return nil
				}
				choices, err := send(requests[i])
				if err != nil {
					return err
				}
				if choices == 0 {
					return fmt.Errorf("request %d: no choices", i)
				}
			}
		})
	}
	check(g.Wait())
}

// sender makes one call and returns the number of choices.
type sender func(openai.ChatCompletionRequest) (int, error)

func throughLibrary(url string, hc *http.Client) sender {
	cfg := openai.DefaultConfig("")
	cfg.BaseURL, cfg.HTTPClient = url+"/v1", hc
	client := openai.NewClientWithConfig(cfg)
	return func(r openai.ChatCompletionRequest) (int, error) {
		resp, err := client.CreateChatCompletion(context.Background(), r)
		return len(resp.Choices), err
	}
}

func throughHTTP(url string, hc *http.Client) sender {
	return func(r openai.ChatCompletionRequest) (int, error) {
		body, err := json.Marshal(r)
		if err != nil {
			return 0, err
		}
		resp, err := hc.Post(url+"/v1/chat/completions", "application/json", bytes.NewReader(body))
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			return 0, err
		}
		var out openai.ChatCompletionResponse
		err = json.Unmarshal(raw, &out)
		return len(out.Choices), err
	}
}

func requestOf(c hardneg.Call) openai.ChatCompletionRequest {
	var l struct {
		User       string `json:"user"`
		SchemaName string `json:"schema_name"`
		MaxTokens  int    `json:"max_tokens"`
		Logprobs   bool   `json:"logprobs"`
	}
	check(json.Unmarshal(c.Request, &l))
	i := strings.LastIndexByte(c.System, '\n')
	r := openai.ChatCompletionRequest{Model: c.Model, MaxTokens: l.MaxTokens, LogProbs: l.Logprobs,
		Messages: []openai.ChatCompletionMessage{{Role: "system", Content: c.System[:i]}, {Role: "user", Content: l.User}},
		ResponseFormat: &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: l.SchemaName, Strict: true, Schema: json.RawMessage(c.System[i+1:])}}}
	if l.Logprobs {
		r.TopLogProbs = 5
	}
	return r
}
