package llm

import (
	"strings"
	"testing"

	"hardneg"
)

const soundReply = `{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}`

// What is wrong with a line means what it would mean for a single request.
func TestALineOfResultsIsClassifiedAsASingleReply(t *testing.T) {
	for name, c := range map[string]struct {
		rest   string
		class  Class // 0: a reply
		reason string
	}{
		"reply":                      {`"response":{"status_code":200,"body":` + soundReply + `},"error":null`, 0, ""},
		"no error member":            {`"response":{"status_code":200,"body":` + soundReply + `}`, 0, ""},
		"no status":                  {`"response":{"body":` + soundReply + `}`, 0, ""},
		"refused":                    {`"response":{"status_code":400,"body":{"error":{"message":"bad"}}},"error":null`, Item, "http_400"},
		"content filter":             {`"response":{"status_code":400,"body":{"error":{"code":"content_filter","message":"no"}}}`, Item, "content_filter"},
		"rate":                       {`"response":{"status_code":429,"body":{"error":{"message":"Rate limit reached"}}}`, Overload, "http_429"},
		"quota":                      {`"response":{"status_code":429,"body":{"error":{"code":"insufficient_quota","message":"no"}}}`, Down, "quota"},
		"key":                        {`"response":{"status_code":401,"body":{}}`, Down, "refused"},
		"model":                      {`"response":{"status_code":404,"body":{"error":{"message":"The model x does not exist"}}}`, Down, "unknown_model"},
		"server":                     {`"response":{"status_code":500,"body":{}}`, Temporary, "http_500"},
		"no choices":                 {`"response":{"status_code":200,"body":{"choices":null}}`, Temporary, "empty_choices"},
		"error inside a reply":       {`"response":{"status_code":200,"body":{"error":{"code":401,"message":"no key"}}}`, Down, "refused"},
		"no finish":                  {`"response":{"status_code":200,"body":{"choices":[{"message":{"content":"x"}}]}}`, Temporary, "cut"},
		"empty body":                 {`"response":{"status_code":200,"body":null},"error":null`, Temporary, "empty_choices"},
		"expired":                    {`"response":null,"error":{"code":"batch_expired","message":"not executed in time"}`, Temporary, NeverRun},
		"cancelled":                  {`"response":null,"error":{"code":"batch_cancelled","message":"cancelled"}`, Temporary, NeverRun},
		"error alone":                {`"error":{"code":"x","message":"engine died"}`, Temporary, "batch_error"},
		"vLLM, error beside":         {`"response":{"status_code":400,"request_id":"r"},"error":{"object":"error","message":"too long","type":"BadRequestError","code":400}`, Item, "http_400"},
		"vLLM, its reply beside":     {`"response":{"status_code":400,"request_id":"r","body":null},"error":{"error":{"message":"context length is 10 tokens","code":400}}`, Item, ""},
		"unsupported, error in body": {`"response":{"status_code":400,"body":{"error":{"message":"Unsupported parameter: 'temperature'","param":"temperature","code":"unsupported_parameter"}}}`, Unsupported, ""},
	} {
		r, err := ReadBatchLine([]byte(`{"id":"r","custom_id":"k",` + c.rest + `}`))
		switch {
		case err != nil || r.ID != "k":
			t.Errorf("%s: %v", name, err)
		case c.class == 0:
			if r.Failure != nil || r.Response.Content != "x" || string(r.Response.Raw) != soundReply {
				t.Errorf("%s: %v, %+v", name, r.Failure, r.Response)
			}
		case r.Failure == nil || r.Failure.Class != c.class || c.reason != "" && r.Failure.Reason != c.reason:
			t.Errorf("%s: %+v, want %v %s", name, r.Failure, c.class, c.reason)
		case r.Failure.Error() == "":
			t.Errorf("%s: says nothing", name)
		}
	}
}

func TestALineThatIsNoResultIsNone(t *testing.T) {
	for _, line := range []string{``, `x`, `[]`, `{}`, `{"custom_id":"a"}`, `{"custom_id":"a","method":"POST","url":"/v1","body":{}}`,
		`{"custom_id":"a","response":null,"error":null}`, `{"response":{"status_code":200,"body":` + soundReply + `}}`, `{"custom_id":"a","response":{"status`} {
		if r, err := ReadBatchLine([]byte(line)); err == nil {
			t.Errorf("%s: %+v", line, r)
		}
	}
}

func FuzzReadBatchLine(f *testing.F) {
	f.Add(`{"custom_id":"a","response":{"status_code":200,"body":` + soundReply + `}}`)
	f.Add(`{"custom_id":"a","response":{"status_code":400,"body":"x"},"error":{"error":[]}}`)
	f.Fuzz(func(t *testing.T, line string) {
		r, err := ReadBatchLine([]byte(line))
		if err == nil && (r.ID == "" || r.Failure == nil && r.Response.FinishReason == "") {
			t.Errorf("%q: %+v", line, r)
		}
	})
}

func TestARequestLineIsOneLine(t *testing.T) {
	k := hardneg.KeyOf("a")
	got := string(AppendBatchLine(nil, k, []byte(`{"model":"m"}`)))
	want := `{"custom_id":"` + k.String() + `","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}}` + "\n"
	if got != want || strings.Count(got, "\n") != 1 {
		t.Errorf("%s", got)
	}
}
