package llm

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func recordings(t *testing.T, lines ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "replies.jsonl")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const oneRecording = `{"stage":"queries","input":"p1","sample":1,"attempt":0,"prompt":"query@1","model":"big","content":"{}","finish_reason":"stop","usage":{"prompt":3,"completion":2}}`

func TestRecordedRepliesAreFoundByStageInputSampleAndAttempt(t *testing.T) {
	r, err := NewRecorded(recordings(t, oneRecording, strings.Replace(oneRecording, `"content":"{}"`, `"content":"second"`, 1)), nil)
	if err == nil {
		t.Fatalf("two replies for one request: %+v", r)
	}
	r, err = NewRecorded(recordings(t, oneRecording, strings.Replace(oneRecording, `"attempt":0,"prompt":"query@1","model":"big","content":"{}"`, `"attempt":1,"content":"again"`, 1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		req  Request
		want string // "": none
	}{
		"found":         {Request{Stage: "queries", Input: "p1", Sample: 1, Prompt: "query@1", Model: "any"}, "{}"},
		"the re-ask":    {Request{Stage: "queries", Input: "p1", Sample: 1, Attempt: 1}, "again"},
		"other sample":  {Request{Stage: "queries", Input: "p1"}, ""},
		"other stage":   {Request{Stage: "judge", Input: "p1", Sample: 1}, ""},
		"other input":   {Request{Stage: "queries", Input: "p2", Sample: 1}, ""},
		"other attempt": {Request{Stage: "queries", Input: "p1", Sample: 1, Attempt: 2}, ""},
	} {
		resp, err := r.Complete(t.Context(), c.req)
		if c.want == "" {
			wantError(t, err, Item, "not_recorded")
			continue
		}
		again, decodeErr := Decode("recorded", resp.Raw)
		if err != nil || decodeErr != nil || resp.Content != c.want || again.Content != c.want || again.Usage != resp.Usage {
			t.Errorf("%s: %+v, stored %+v: %v, %v", name, resp, again, err, decodeErr)
		}
	}
}

func TestAnotherVersionOfThePromptIsSaidOnce(t *testing.T) {
	var said []string
	r, err := NewRecorded(recordings(t, oneRecording), func(s string) { said = append(said, s) })
	if err != nil {
		t.Fatal(err)
	}
	for _, prompt := range []string{"query@1", "query@2", "query@2"} {
		if _, err := r.Complete(t.Context(), Request{Stage: "queries", Input: "p1", Sample: 1, Prompt: prompt}); err != nil {
			t.Fatal(err)
		}
	}
	if len(said) != 1 || !strings.Contains(said[0], "query@1") || !strings.Contains(said[0], "query@2") {
		t.Errorf("said %q", said)
	}
}

func TestBadRecordingsAreNamedByLine(t *testing.T) {
	for name, line := range map[string]string{"no JSON": "{", "no stage": `{"input":"p"}`, "no input": `{"stage":"judge"}`, "conflict": strings.Replace(oneRecording, `"{}"`, `"x"`, 1)} {
		if _, err := NewRecorded(recordings(t, oneRecording, line), nil); err == nil || !strings.Contains(err.Error(), "replies.jsonl:2:") {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := CheckRecorded(recordings(t, "{", oneRecording, "", `{"input":"p"}`))
	if err == nil || !strings.Contains(err.Error(), "replies.jsonl:1:") || !strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "replies.jsonl:4:") {
		t.Errorf("not all bad lines are named: %v", err)
	}
	if err := CheckRecorded(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a missing file")
	}
	for _, lines := range []string{"", "\n\n"} {
		if err := CheckRecorded(recordings(t, lines)); err == nil || !strings.Contains(err.Error(), "empty") {
			t.Errorf("a file without a reply: %v", err)
		}
	}
	if err := CheckRecorded(recordings(t, oneRecording, "", "")); err != nil {
		t.Error(err)
	}
}
