package ollamatest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// Model is a llama of one layer with made-up weights. With a reply schema it writes nonsense in that form: words where texts are
// free, any choice where there is one.
type Model struct {
	Seed    uint64
	Context int      // tokens that it claims to take; 0 is 16,384
	Without string   // characters that it can't spell; a schema that needs one of them ends the runner
	Reply   []string // if given, what it says to every prompt, in pieces of more than one character, as far as the schema lets it
	Thinks  bool     // the server takes it for a model that thinks
}

const (
	width   = 48 // of the embeddings
	hidden  = 32 // of the feed-forward layer
	trigger = "#reply"

	// One channel of the embeddings is the same for all tokens, and no layer writes into it: its output weights are the biases of
	// the tokens. Behind it follows one channel for each step of a script.
	biasChannel = 0
	constant    = 6
)

// GGUF is the model as a file.
func (m Model) GGUF() []byte {
	tokens, merges := m.vocabulary()
	if 1+len(m.Reply) > width/2 {
		panic(fmt.Sprintf("ollamatest: a reply of %d pieces is too long", len(m.Reply)))
	}
	g := &gguf{}
	m.describe(g, len(tokens))
	tokenizer(g, tokens, merges)
	w := &weights{dice: rand.New(rand.NewPCG(m.Seed, 7)), reserved: 1 + 1 + len(m.Reply)}
	w.write(g, tokens)
	return g.bytes()
}

func (m Model) describe(g *gguf, vocabulary int) {
	context := m.Context
	if context == 0 {
		context = 16384
	}
	g.set("general.architecture", "llama")
	g.set("general.name", "made up")
	g.set("general.file_type", uint32(0))
	for _, s := range []struct {
		key string
		n   int
	}{{"context_length", context}, {"embedding_length", width}, {"block_count", 1}, {"feed_forward_length", hidden}, {"attention.head_count", 1},
		{"attention.head_count_kv", 1}, {"rope.dimension_count", width}, {"vocab_size", vocabulary}} {
		g.set("llama."+s.key, uint32(s.n))
	}
	g.set("llama.attention.layer_norm_rms_epsilon", float32(1e-5))
	g.set("llama.rope.freq_base", float32(10000))
}

func tokenizer(g *gguf, tokens []token, merges []string) {
	texts, kinds := make([]string, len(tokens)), make([]int32, len(tokens))
	for i, t := range tokens {
		texts[i], kinds[i] = t.text, t.kind
	}
	g.set("tokenizer.ggml.model", "gpt2")
	g.set("tokenizer.ggml.pre", "default")
	g.set("tokenizer.ggml.tokens", texts)
	g.set("tokenizer.ggml.token_type", kinds)
	g.set("tokenizer.ggml.merges", merges)
	g.set("tokenizer.ggml.bos_token_id", uint32(0))
	g.set("tokenizer.ggml.eos_token_id", uint32(1))
	g.set("tokenizer.ggml.add_bos_token", true)
	g.set("tokenizer.ggml.add_eos_token", false)
}

// weights draws the weights of a model. The first channels are reserved: no layer writes into them.
type weights struct {
	dice     *rand.Rand
	reserved int
}

func (w *weights) write(g *gguf, tokens []token) {
	g.add(w.embeddings(tokens))
	g.add(ones("blk.0.attn_norm.weight"))
	for _, name := range []string{"attn_q", "attn_k", "attn_v", "attn_output"} {
		g.add(w.matrix("blk.0."+name+".weight", width, width))
	}
	g.add(ones("blk.0.ffn_norm.weight"))
	g.add(w.matrix("blk.0.ffn_gate.weight", width, hidden))
	g.add(w.matrix("blk.0.ffn_up.weight", width, hidden))
	g.add(w.matrix("blk.0.ffn_down.weight", hidden, width))
	g.add(ones("output_norm.weight"))
	g.add(w.output(tokens))
}

// matrix is a random one, small enough for the layer to stir what passes through it and not to drown it.
func (w *weights) matrix(name string, cols, rows int) tensor {
	t := tensor{name: name, cols: cols, rows: rows, data: make([]float32, cols*rows)}
	writes := strings.Contains(name, "attn_output") || strings.Contains(name, "ffn_down")
	for i := range t.data {
		if writes && i/cols < w.reserved {
			continue
		}
		t.data[i] = float32(w.dice.NormFloat64() / math.Sqrt(float64(cols)))
	}
	return t
}

func ones(name string) tensor {
	t := tensor{name: name, cols: width, data: make([]float32, width)}
	for i := range t.data {
		t.data[i] = 1
	}
	return t
}

// embeddings tell the tokens apart, and in a script each token says which step follows.
func (w *weights) embeddings(tokens []token) tensor {
	t := tensor{name: "token_embd.weight", cols: width, rows: len(tokens), data: make([]float32, width*len(tokens))}
	for i, k := range tokens {
		row := t.data[i*width : (i+1)*width]
		row[biasChannel] = constant
		for c := w.reserved; c < width; c++ {
			row[c] = float32(w.dice.NormFloat64()) / 2
		}
		if k.next > 0 {
			row[k.next] = constant
		}
	}
	return t
}

// output turns channels into the likelihoods of tokens. After the last norm the constant is about sqrt(width)/1.3, so a bias
// has to be divided by that.
func (w *weights) output(tokens []token) tensor {
	const perBias = 1 / 5.3
	t := tensor{name: "output.weight", cols: width, rows: len(tokens), data: make([]float32, width*len(tokens))}
	for i, k := range tokens {
		row := t.data[i*width : (i+1)*width]
		row[biasChannel] = k.bias * perBias
		for c := w.reserved; c < width && utf8.RuneCountInString(k.text) > 1; c++ { // what comes next is chance among single letters
			row[c] = float32(w.dice.NormFloat64()) / 5
		}
		if k.step > 0 {
			row[k.step] = 100
		}
		if k.text == endToken && w.reserved > 2 {
			row[w.reserved-1] = 100
		}
	}
	return t
}
