package llm

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestBrokenConnections(t *testing.T) {
	for name, c := range map[string]struct {
		response string
		class    Class
		reason   string
	}{
		"closed before any byte": {"", Temporary, "connection"},
		"cut Content-Length":     {"HTTP/1.1 200 OK!\r\nContent-Length: 4000\r\n\r\nOK", Temporary, "cut"},
		"cut chunks":             {"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cho\r\n", Temporary, "cut"},
		"ended by closing":       {"HTTP/1.1 200 Fine\r\nConnection: close\r\n\r\nOK", Temporary, "cut"},
		"not HTTP":               {"SSH-2.0-OpenSSH_9.2\r\n", Temporary, "connection"},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, raw(strings.Replace(c.response, "OK!", "Fine", 1)), want(c.class, c.reason, true))
		})
	}
}

func answer(status int, body string, headers ...string) func(string) http.HandlerFunc {
	return func(ok string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, strings.ReplaceAll(body, "OK", ok))
		}
	}
}

func TestOddBodies(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		class  Class
		reason string
		paid   bool
	}{
		"empty":          {"", Temporary, "empty_body", true},
		"captive portal": {"<!DOCTYPE html><html>sign in, " + canary + "</html>", Unavailable, "not_json", false},
		"proxy's text":   {"upstream connect error " + strings.Repeat("x", 1000), Unavailable, "not_json", false},
		"UTF-16":         {"\xff\xfe{\x00", Temporary, "not_json", false},
		"broken inside":  {`{"model":"m",}  `, Temporary, "bad_json", true},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, answer(200, c.body), func(t *testing.T, r Response, err error) {
				want(c.class, c.reason, c.paid)(t, r, err)
				if len(err.Error()) > 500 {
					t.Errorf("the message is %d bytes long", len(err.Error()))
				}
			})
		})
	}
}

func TestOddButReadableBodies(t *testing.T) {
	var zipped bytes.Buffer
	for name, make := range map[string]func(ok string) string{
		"byte order mark": func(ok string) string { return "\xEF\xBB\xBF" + ok },
		"padding":         func(ok string) string { return "\n  \n" + ok + "\n\n" },
		"gzip unsaid": func(ok string) string {
			zipped.Reset()
			z := gzip.NewWriter(&zipped)
			_, _ = io.WriteString(z, ok)
			_ = z.Close()
			return zipped.String()
		},
	} {
		t.Run(name, func(t *testing.T) {
			handler := func(ok string) http.HandlerFunc {
				return answer(200, strings.ReplaceAll(make(ok), "OK", "O"), "Content-Type", "text/plain")(ok)
			}
			both(t, handler, func(t *testing.T, r Response, err error) {
				if err != nil || r.Content != `{"query":"x"}` {
					t.Errorf("got %q, %v", r.Content, err)
				}
			})
		})
	}
}

func TestTooLarge(t *testing.T) {
	endless := func(string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for block := bytes.Repeat([]byte("x"), 1<<16); ; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}
	}
	both(t, endless, want(Item, "too_large", false))
	both(t, answer(200, "{", "Content-Length", "1000000000"), want(Item, "too_large", false))
}
