package llm

import (
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// times is an event again and again, and then a right answer.
func times(n int, e event) []event { return append(slices.Repeat([]event{e}, n), ok()) }

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

const inner = `{"error":{"message":"x","code":`

// faults are the entries of the catalogue of faults that a single item can meet on a network, by their ids.
var faults = []fault{
	{id: "N1 refused at the start", events: []event{{dial: refusedDial}}, class: Down, reason: "unreachable", least: 30 * time.Minute, says: "models.writer.patience"},
	{id: "N2 refused for a while", events: times(8, event{dial: refusedDial}), requests: 9, least: 20 * time.Second, most: 30 * time.Minute},
	{id: "N3 no name", events: times(3, event{dial: &net.DNSError{Err: "no such host", Name: "server.test"}}), requests: 4, most: time.Minute},
	{id: "N4 certificate", events: []event{{dial: x509.UnknownAuthorityError{}}}, class: Down, reason: "tls", requests: 1, says: "certificate"},
	{id: "N5 no connection", events: times(1, event{noDial: true}), requests: 2, least: time.Minute},
	{id: "N6 no headers", events: times(1, event{status: 200, body: okOpenAI, after: time.Hour}), requests: 2, least: time.Minute},
	{id: "N7 a byte now and then", events: times(1, event{status: 200, drip: true}), requests: 2, least: time.Minute},
	{id: "N8 N9 cut in the middle", events: times(2, event{status: 200, body: okOpenAI[:40], cut: true}), requests: 3},
	{id: "N10 cut by closing", events: times(2, event{status: 200, body: okOpenAI[:40]}), requests: 3},
	{id: "N11 a stream that was not asked for", events: times(1, fails(200, "data: {\"choices\":[]}\n\n")), requests: 2},
	{id: "N12 an error in the middle", events: times(1, fails(200, `{"choices":[{"error":{"code":502,"message":"upstream"},"message":{"content":"half"},"finish_reason":"error"}]}`)), requests: 2},
	{id: "N13 told to wait", events: times(1, fails(429, "", "Retry-After", "7")), requests: 2, least: 7 * time.Second},
	{id: "N14 in milliseconds, which count first", events: times(1, fails(429, "", "Retry-After-Ms", "9000", "Retry-After", "700")), requests: 2, least: 9 * time.Second},
	{id: "N14 until a time, by the server's clock", events: times(1, fails(429, "", "Retry-After", "Mon, 02 Jan 2006 15:04:35 GMT", "Date", "Mon, 02 Jan 2006 15:04:05 GMT")), requests: 2, least: 30 * time.Second},
	{id: "N15 nonsense", events: times(1, fails(429, "", "Retry-After", "-3")), requests: 2},
	{id: "N15 no number", events: times(1, fails(429, "", "Retry-After", "NaN")), requests: 2},
	{id: "N15 for years", events: []event{fails(429, "", "Retry-After", "1e9")}, class: Down, reason: "http_429", requests: 1, says: "asks to wait"},
	{id: "N15 for years, of a server fault", events: []event{fails(500, "", "Retry-After", "1e9")}, class: Down, reason: "http_500", requests: 1, says: "asks to wait"},
	{id: "N16 no money", events: []event{fails(429, `{"error":{"message":"x","code":"insufficient_quota"}}`)}, class: Down, reason: "quota", requests: 1, says: "quota"},
	{id: "N17 slow down", events: times(2, fails(503, `{"error":{"message":"x","code":"slow_down"}}`)), requests: 3},
	{id: "N17 529", events: times(2, fails(529, `{"error":{"type":"overloaded_error"}}`)), requests: 3},
	{id: "N18 wrong key", events: []event{fails(401, `{"error":{"message":"no key `+canary+`"}}`)}, class: Down, reason: "refused", requests: 1, says: "api_key"},
	{id: "N18 denied", events: []event{fails(403, `{"error":"no"}`)}, class: Down, reason: "refused", says: "api_key"},
	{id: "N19 no such model", events: []event{fails(404, `{"error":{"message":"The model m does not exist","code":"model_not_found"}}`)}, class: Down, reason: "unknown_model", requests: 1},
	{id: "N20 too long", events: []event{fails(400, `{"error":{"message":"maximum context length is 10","code":"context_length_exceeded"}}`)}, class: Item, reason: "context_length", requests: 1},
	{id: "N21 no schema", events: times(1, fails(400, `{"error":{"message":"response_format is not supported","param":"response_format"}}`)), requests: 2},
	{id: "N21 no such parameter", events: []event{fails(400, `{"error":{"message":"Unknown parameter: 'seed'.","param":"seed"}}`)}, class: Unsupported, reason: "unsupported", requests: 1, says: "extra: {seed: null}"},
	{id: "N22 policy", events: []event{fails(400, `{"error":{"message":"x","code":"content_filter"}}`)}, class: Item, reason: "content_filter", requests: 1},
	{id: "N23 408", events: times(2, fails(408, "")), requests: 3},
	{id: "N23 409", events: times(2, fails(409, "")), requests: 3},
	{id: "N23 425", events: times(2, fails(425, "")), requests: 3},
	{id: "N24 500", events: times(3, fails(500, "")), requests: 4},
	{id: "N24 502, 503, 504", events: []event{fails(502, ""), fails(503, ""), fails(504, ""), ok()}, requests: 4},
	{id: "N24 told not to try again", events: []event{fails(500, "", "X-Should-Retry", "false")}, class: Item, reason: "http_500", requests: 1},
	{id: "N26 the model is loaded", events: times(3, fails(503, `{"error":{"message":"Loading model"}}`)), requests: 4},
	{id: "N27 an error with status 200", events: times(2, fails(200, inner+`429}}`)), requests: 3},
	{id: "N27 a fatal one", events: []event{fails(200, inner+`"invalid_api_key"}}`)}, class: Down, reason: "refused"},
	{id: "N28 no choices", events: times(2, fails(200, `{"choices":[]}`)), requests: 3},
	{id: "N28 null choices", events: times(1, fails(200, `{"choices":null}`)), requests: 2},
	{id: "N29 a portal", events: times(1, fails(200, `<html>sign in</html>`)), requests: 2},
	{id: "N30 another content type", events: []event{fails(200, okOpenAI, "Content-Type", "text/html")}, requests: 1},
	{id: "N31 a byte order mark", events: []event{fails(200, "\xEF\xBB\xBF"+okOpenAI)}, requests: 1},
	{id: "N31 gzip unsaid", events: []event{fails(200, zipped(okOpenAI))}, requests: 1},
	{id: "N31 UTF-16", events: times(1, fails(200, "\xff\xfe{\x00")), requests: 2},
	{id: "N32 a gigabyte", events: []event{fails(200, strings.Repeat(" ", maxReply+1))}, class: Item, reason: "too_large", requests: 1},
	{id: "N33 sent elsewhere", events: []event{fails(307, "", "Location", "http://elsewhere.test/")}, class: Down, reason: "redirect", requests: 1, says: "elsewhere.test"},
	{id: "N47 a runner ended", events: times(2, fails(500, `{"error":"POST predict: Post \"http://127.0.0.1:1/completion\": EOF"}`)), requests: 3},
	{id: "N48 the engine is dead for a while", events: times(8, fails(500, `{"message":"EngineDeadError"}`)), requests: 9, least: 20 * time.Second, most: 30 * time.Minute},
}

func TestCatalogueOfFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(f.id, f.run)
	}
}
