package ollamatest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// ask sends a chat request and returns the text of the reply.
func ask(t *testing.T, s *Server, model string, more map[string]any) (content string, status int) {
	t.Helper()
	body := map[string]any{"model": model, "stream": false, "messages": []map[string]string{{"role": "user", "content": "Where is the harbour?"}}}
	for k, v := range more {
		body[k] = v
	}
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(s.URL+"/api/chat", "application/json", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Message struct{ Content string }
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return r.Message.Content, resp.StatusCode
}

var verdictSchema = json.RawMessage(`{"type":"object","properties":{"A":{"type":"string","enum":["0","1","2","3","unsure"]},"why":{"type":"string","maxLength":200}},"required":["A","why"],"additionalProperties":false}`)

func TestRepliesMeetTheSchema(t *testing.T) {
	s := Start(t)
	s.Create("tiny", Model{})
	different := map[string]bool{}
	for seed := range 20 {
		content, _ := ask(t, s, "tiny", map[string]any{"format": verdictSchema, "options": map[string]any{"seed": seed}})
		var v struct{ A, Why string }
		if err := json.Unmarshal([]byte(content), &v); err != nil || !strings.Contains(" 0 1 2 3 unsure ", " "+v.A+" ") {
			t.Errorf("%s: %v", content, err)
		}
		different[content] = true
	}
	if len(different) < 5 {
		t.Errorf("only %d different replies to 20 seeds", len(different))
	}
}

func TestAFixedReplyIsGivenToEveryPrompt(t *testing.T) {
	s := Start(t)
	s.Create("fixed", Model{Reply: []string{"```json\n", `{"grade":`, " 3}", "\n```", " – voilà"}})
	if content, _ := ask(t, s, "fixed", nil); content != "```json\n{\"grade\": 3}\n``` – voilà" {
		t.Errorf("%q", content)
	}
}

func TestALiteralThatCannotBeSpelledEndsTheRunnerAndNotTheServer(t *testing.T) {
	s := Start(t)
	s.Create("mute", Model{Without: "0123s"})
	s.Create("tiny", Model{})
	if content, status := ask(t, s, "mute", map[string]any{"format": verdictSchema}); status != http.StatusInternalServerError {
		t.Errorf("%d %s", status, content)
	}
	if _, status := ask(t, s, "tiny", map[string]any{"format": verdictSchema}); status != http.StatusOK {
		t.Errorf("%d", status)
	}
}

func TestAKilledServerComesBackOnItsPortWithItsModels(t *testing.T) {
	s := Start(t)
	s.Create("tiny", Model{})
	url, group := s.URL, s.cmd.Process.Pid
	ask(t, s, "tiny", nil)
	s.Kill()
	if answers(url) {
		t.Error("a killed server answers")
	}
	s.Restart()
	if s.URL != url {
		t.Errorf("%s, was %s", s.URL, url)
	}
	if _, status := ask(t, s, "tiny", nil); status != http.StatusOK {
		t.Errorf("%d", status)
	}
	s.await("the runners of the killed server to end", func() bool { return errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) })
	s.Stop()
	s.await("the server to end", func() bool { return errors.Is(syscall.Kill(-s.cmd.Process.Pid, 0), syscall.ESRCH) })
}

func TestModelsAreTheSameBytesEveryTime(t *testing.T) {
	m := Model{Seed: 3, Reply: []string{"so it is", "then"}}
	a, b := m.GGUF(), m.GGUF()
	if !bytes.Equal(a, b) || bytes.Equal(a, Model{Seed: 4, Reply: m.Reply}.GGUF()) {
		t.Error("not decided by the model alone")
	}
	if len(a) > 500<<10 {
		t.Errorf("%d bytes", len(a))
	}
}
