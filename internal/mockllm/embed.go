package mockllm

import (
	"encoding/json"
	"net/http"
	"strings"
)

// embedding is what we read of both APIs' requests for vectors.
type embedding struct {
	Model      string   `json:"model"`
	Input      []string `json:"input"`
	Dimensions int      `json:"dimensions"`
}

// mockDim is the dimension of vectors where the request says none.
const mockDim = 48

// embed answers a request for vectors, which depend on model and text alone.
func (s *Server) embed(p protocol, model string, body []byte) *answer {
	var r embedding
	if err := json.Unmarshal(body, &r); err != nil || len(r.Input) == 0 {
		return refuse(model, http.StatusBadRequest, "input is not a list of texts")
	}
	prompt := 0
	data, plain := []object{}, [][]float32{}
	for i, text := range r.Input {
		v := s.vector(r, text)
		prompt += tokensOf(text)
		data = append(data, object{"object": "embedding", "index": i, "embedding": v})
		plain = append(plain, v)
	}
	reply := object{"object": "list", "model": r.Model, "data": data, "usage": object{"prompt_tokens": prompt, "total_tokens": prompt}}
	if p == ollamaEmbed {
		reply = object{"model": r.Model, "embeddings": plain, "total_duration": 1e6, "load_duration": 1e3, "prompt_eval_count": prompt}
	}
	if s.cfg.NoUsage {
		delete(reply, "usage")
		delete(reply, "prompt_eval_count")
	}
	b, err := json.Marshal(reply)
	if err != nil {
		return refuse(model, http.StatusInternalServerError, "json: unsupported value: NaN") // as Ollama does
	}
	return &answer{r.Model, http.StatusOK, b}
}

// vector counts words in places that their hashes name, so that texts that share words are near each other.
func (s *Server) vector(r embedding, text string) []float32 {
	if s.cfg.Vectors != nil {
		return s.cfg.Vectors(r.Model, text)
	}
	dim := r.Dimensions
	if dim == 0 {
		dim = mockDim
	}
	v := make([]float32, dim)
	v[0] = 0.5
	for _, word := range strings.Fields(strings.ToLower(text)) {
		h := hashOf(r.Model + " " + strings.Trim(word, `.,:;!?"'()`))
		v[h%uint64(dim)] += 1 - 2*float32(h>>63)
	}
	return v
}
