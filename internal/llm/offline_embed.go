package llm

import (
	"hash/fnv"
	"strings"
	"unicode"

	"hardneg"
)

// offlineDim is the dimension of the rules' vectors, where the request does not say another one.
const offlineDim = 256

// embed makes vectors by rules: each word, and each run of three letters of it, adds to a place that its hash names, with a sign that
// the hash says too. Texts that share words are near each other; that is all they know of meaning.
func (o *Offline) embed(req *Request) (Response, error) {
	dim := req.Dimensions
	if dim == 0 {
		dim = offlineDim
	}
	vs := make([][]float32, len(req.Texts))
	for i, t := range req.Texts {
		vs[i] = hashed(t, dim)
	}
	resp, failed := vectorsOf(req, vs, req.Model, hardneg.Usage{Prompt: estimatePromptOf(req), Estimated: true})
	if failed != nil {
		failed.Endpoint = o.Endpoint()
		return Response{}, failed
	}
	return resp, nil
}

// hashed is the vector of a text. What all texts have in common keeps one without words from having none.
func hashed(text string, dim int) []float32 {
	v := make([]float32, dim)
	add := func(s string, weight float32) {
		h := fnv.New64a()
		_, _ = h.Write([]byte(s)) // never fails
		sum := h.Sum64()
		if sum>>63 == 1 {
			weight = -weight
		}
		v[sum%uint64(dim)] += weight
	}
	v[0] = 0.5
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		letters := []rune(word)
		if len(letters) > 3 { // the short ones say little
			add(word, 1)
		} else {
			add(word, 0.25)
		}
		for k := 0; k+3 <= len(letters); k++ {
			add("#"+string(letters[k:k+3]), 0.25)
		}
	}
	return v
}
