package mockllm

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Fault is a way to fail. The zero value answers normally; fields combine.
type Fault struct {
	Status      int               // 0 is 200
	Headers     map[string]string // set on the response
	Body        string            // "" is an error object for a status of 400 and more, else the right answer; see Empty
	Empty       bool              // no body at all
	Delay       time.Duration     // before anything is sent, in place of the latency
	Hang        bool              // send nothing until the client goes away
	CloseBefore bool              // close the connection without an answer
	Cut         int               // send so many bytes of the body and close the connection
	Chunked     bool              // with Cut: announce no length
	UntilClose  bool              // with Cut: announce no length, and end the body by closing, which HTTP can't tell from its end
	DripBytes   int               // send the body in pieces of so many bytes …
	DripEvery   time.Duration     // … with this pause between them; 0 is 100 ms
}

// do acts out the fault. right makes the right answer, where it is needed.
func (f *Fault) do(w http.ResponseWriter, r *http.Request, rec *Recorded, right func() *answer, latency time.Duration) {
	rec.Fault = true
	if f.Hang {
		<-r.Context().Done()
		return
	}
	if f.Delay > 0 {
		latency = f.Delay
	}
	if !pause(r.Context(), latency) {
		return
	}
	if f.CloseBefore {
		panic(http.ErrAbortHandler)
	}
	body := f.body(right)
	rec.Status = cmp.Or(f.Status, http.StatusOK)
	switch {
	case f.Cut > 0 || f.UntilClose:
		f.cut(w, rec, body)
	case f.DripBytes > 0:
		f.drip(w, r, rec, body)
	default:
		f.head(w)
		if send(w, rec.Status, body) == nil && r.Context().Err() == nil {
			rec.Bytes, rec.Answered = len(body), true
		}
	}
}

func (f *Fault) body(right func() *answer) []byte {
	switch {
	case f.Empty:
		return nil
	case f.Body != "":
		return []byte(f.Body)
	case f.Status >= 400:
		return fmt.Appendf(nil, `{"error":{"message":"mock fault %d","type":"mock","param":null,"code":null}}`, f.Status)
	}
	return right().body
}

func (f *Fault) head(w http.ResponseWriter) {
	w.Header()["Content-Type"] = contentJSON
	for k, v := range f.Headers {
		w.Header().Set(k, v)
	}
}

// cut takes the connection over, because the server would not let a body be shorter than announced.
func (f *Fault) cut(w http.ResponseWriter, rec *Recorded, body []byte) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	part := body[:min(f.Cut, len(body))]
	if f.UntilClose && f.Cut == 0 {
		part = body
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nConnection: close\r\n", rec.Status, http.StatusText(rec.Status))
	for k, v := range f.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", k, v)
	}
	switch {
	case f.UntilClose:
		b.WriteString("\r\n")
		b.Write(part)
	case f.Chunked:
		fmt.Fprintf(&b, "Transfer-Encoding: chunked\r\n\r\n%s\r\n%s\r\n", strconv.FormatInt(int64(len(part)), 16), part)
	default:
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), part)
	}
	_, _ = conn.Write(b.Bytes())
	rec.Bytes = len(part)
}

func (f *Fault) drip(w http.ResponseWriter, r *http.Request, rec *Recorded, body []byte) {
	every := f.DripEvery
	if every == 0 {
		every = 100 * time.Millisecond
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	f.head(w)
	w.WriteHeader(rec.Status)
	for len(body) > 0 {
		n := min(f.DripBytes, len(body))
		if _, err := w.Write(body[:n]); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		rec.Bytes += n
		if body = body[n:]; len(body) > 0 && !pause(r.Context(), every) {
			return
		}
	}
	rec.Answered = true
}
