package llm

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"hardneg"
)

// A request with Texts asks an encoder for one vector each, in their order. It goes the way of all requests: it has a key, is stored
// with what it took, is limited and tried again. Its stored form names the texts by their hashes, and its reply is stored as numbers of
// four bytes, which is a third of the JSON and what everybody needs.

// MostTexts is how many texts one request may have: the limit of OpenAI's API.
const MostTexts = 2048

// TextKey names a text as one encoder sees it: two texts have the same key if the vector of one is that of the other.
func (r *Request) TextKey(text string) hardneg.Key {
	extra, err := json.Marshal(r.Extra) // map keys are sorted
	if err != nil {
		panic("llm: request cannot be encoded: " + err.Error()) // it comes from the config and was text before
	}
	return hardneg.KeyOf("text", r.Model, strconv.Itoa(r.Dimensions), string(extra), text)
}

// textKeys name the texts of a request for vectors.
func (r *Request) textKeys() []hardneg.Key {
	var keys []hardneg.Key
	for _, t := range r.Texts {
		keys = append(keys, r.TextKey(t))
	}
	return keys
}

// storedTexts is the stored form of a request for vectors.
type storedTexts struct {
	Model      string         `json:"model"`
	Texts      []string       `json:"texts"` // keys
	Dimensions int            `json:"dimensions,omitempty"`
	Extra      map[string]any `json:"extra,omitempty"`
}

func (r *Request) logicalTexts() []byte {
	s := storedTexts{Model: r.Model, Dimensions: r.Dimensions, Extra: r.Extra}
	for _, k := range r.textKeys() {
		s.Texts = append(s.Texts, k.String())
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic("llm: request cannot be encoded: " + err.Error()) // as above
	}
	return b
}

// StoredVectors reads a stored request for vectors and its stored reply: the keys of the texts and a vector for each.
func StoredVectors(request, reply []byte) ([]hardneg.Key, [][]float32, error) {
	var s storedTexts
	if err := json.Unmarshal(request, &s); err != nil {
		return nil, nil, fmt.Errorf("not a stored request for vectors: %w", err)
	}
	resp, err := decodeVectors(reply)
	if err != nil {
		return nil, nil, err
	}
	if len(resp.Vectors) != len(s.Texts) {
		return nil, nil, fmt.Errorf("%d texts and %d vectors are stored", len(s.Texts), len(resp.Vectors))
	}
	keys := make([]hardneg.Key, len(s.Texts))
	for i, t := range s.Texts {
		if keys[i], err = hardneg.ParseKey(t); err != nil {
			return nil, nil, err
		}
	}
	return keys, resp.Vectors, nil
}

// vectorsMark begins a stored reply of vectors: no reply of a model does. After it come their number and their dimension, and then
// their numbers, all little-endian.
var vectorsMark = []byte("\x00vec")

func encodeVectors(vs [][]float32) []byte {
	b := append([]byte(nil), vectorsMark...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(vs)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(vs[0])))
	for _, v := range vs {
		for _, x := range v {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		}
	}
	return b
}

// VectorAt reads the vector at a place, from 0, of a stored reply.
func VectorAt(reply []byte, place int) ([]float32, error) {
	n, dim, b, err := openVectors(reply)
	if err != nil {
		return nil, err
	}
	if place < 0 || uint64(place) >= n {
		return nil, fmt.Errorf("there is no vector at place %d of %d", place, n)
	}
	return vectorIn(b[4*dim*uint64(place):], dim), nil
}

func vectorIn(b []byte, dim uint64) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return v
}

// openVectors reads how many vectors there are and their dimension, and returns their numbers.
func openVectors(raw []byte) (n, dim uint64, numbers []byte, err error) {
	b, ok := bytes.CutPrefix(raw, vectorsMark)
	if !ok || len(b) < 8 {
		return 0, 0, nil, errors.New("not a stored reply of vectors")
	}
	n, dim = uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[4:]))
	if b = b[8:]; uint64(len(b)) != 4*n*dim {
		return 0, 0, nil, fmt.Errorf("%d vectors of %d numbers do not take %d bytes", n, dim, len(b))
	}
	return n, dim, b, nil
}

func decodeVectors(raw []byte) (Response, error) {
	n, dim, b, err := openVectors(raw)
	if err != nil {
		return Response{}, err
	}
	resp := Response{FinishReason: "stop", Raw: raw, Content: fmt.Sprintf("(vectors: %d of dimension %d)", n, dim)}
	for range n {
		resp.Vectors, b = append(resp.Vectors, vectorIn(b, dim)), b[4*dim:]
	}
	return resp, nil
}

// badProtocol stops the run: a server that does not say what belongs to which text can't be believed in anything.
func badProtocol(format string, args ...any) *Error {
	return &Error{Class: Down, Reason: "bad_vectors", Err: fmt.Errorf(format, args...)}
}

// checkVectors refuses vectors that can't be those of the texts, and vectors that can't be compared with any.
func checkVectors(req *Request, vs [][]float32) *Error {
	if len(vs) != len(req.Texts) {
		return badProtocol("%d vectors for %d texts", len(vs), len(req.Texts))
	}
	dim := req.Dimensions
	for i, v := range vs {
		if dim == 0 {
			dim = len(v)
		}
		if len(v) != dim || dim == 0 {
			return badProtocol("the vector of text %d of %d has %d numbers, want %d", i+1, len(vs), len(v), dim)
		}
		length := 0.0
		for _, x := range v {
			length += float64(x) * float64(x)
		}
		if !(length > 0) || math.IsInf(length, 0) {
			return &Error{Class: Item, Reason: "bad_vector", Err: fmt.Errorf("the vector of text %d of %d, %q, is zero or has numbers that are none", i+1, len(vs), clip(req.Texts[i], 60))}
		}
	}
	return nil
}

func clip(s string, runes int) string {
	if r := []rune(s); len(r) > runes {
		return string(r[:runes]) + "…"
	}
	return s
}

// vectorsOf makes the response of vectors that came.
func vectorsOf(req *Request, vs [][]float32, model string, usage hardneg.Usage) (Response, *Error) {
	if e := checkVectors(req, vs); e != nil {
		return Response{}, e
	}
	resp, err := decodeVectors(encodeVectors(vs)) // what is stored and what is used are one
	if err != nil {
		return Response{}, badProtocol("%w", err)
	}
	resp.Model, resp.Usage = model, usage
	if resp.Usage.Prompt == 0 {
		resp.Usage.Prompt, resp.Usage.Estimated = estimatePromptOf(req), true
	}
	return resp, nil
}

// readVector reads a vector as servers write it: a list of numbers, or base64 of numbers of four bytes. A null or a word in it is no
// number, and no zero either.
func readVector(raw json.RawMessage) ([]float32, error) {
	s := strings.TrimSpace(string(raw))
	if strings.HasPrefix(s, `"`) {
		b, err := base64.StdEncoding.DecodeString(strings.Trim(s, `"`))
		if err != nil || len(b)%4 != 0 {
			return nil, fmt.Errorf("neither a list of numbers nor base64 of them: %.40s", s)
		}
		v := make([]float32, len(b)/4)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		return v, nil
	}
	inner, opened := strings.CutPrefix(s, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if !opened || !closed || strings.TrimSpace(inner) == "" {
		return nil, fmt.Errorf("not a list of numbers: %.40s", s)
	}
	v := make([]float32, 0, 1+strings.Count(inner, ","))
	for word := range strings.SplitSeq(inner, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(word), 32)
		if err != nil {
			return nil, fmt.Errorf("not a number: %.40s", word)
		}
		v = append(v, float32(x))
	}
	return v, nil
}
