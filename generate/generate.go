// Package generate writes queries and hard negatives.
//
// It owns what is asked of a writer, how its replies are read, and the deterministic checks that refuse a text, each with a
// named rule. A strategy for negatives gets what it declares to need and nothing else. It knows nothing of judges or storage.
package generate

import (
	"strconv"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/internal/text"
	"hardneg/prompts"
)

// Writer is a model that writes, with its prompt.
type Writer struct {
	Client   llm.Client
	Settings llm.Settings
	Prompt   *prompts.Template
	System   string // the prompt's static part, rendered
	Seed     int64  // of the run
}

// origin names what a text was made by.
func (w *Writer) origin(method string, call hardneg.Key) hardneg.Origin {
	return hardneg.Origin{Method: method, Model: w.Settings.Model, Prompt: w.Prompt.ID(), Call: call}
}

// draw is a number that depends on the run's seed and on what it is drawn for, and on nothing else.
func (w *Writer) draw(what ...string) uint64 { return draw(w.Seed, what...) }

func draw(seed int64, what ...string) uint64 {
	return hardneg.KeyOf(append([]string{"draw", strconv.FormatInt(seed, 10)}, what...)...).Uint64()
}

// request fills in what all requests of a writer share.
func (w *Writer) request(stage, input, user string, schema llm.Schema, sample, attempt int) llm.Request {
	r := w.Settings.Request()
	r.Stage, r.Input, r.Prompt = stage, input, w.Prompt.ID()
	r.System, r.User, r.Schema = w.System, user, schema
	r.Sample = sample
	r.Seed = w.draw("seed", stage, input, strconv.Itoa(sample), strconv.Itoa(attempt))
	return r
}

// LanguageOf is the ISO 639-1 code of a text's language, "" where it can't be told for sure.
func LanguageOf(s string) string {
	if code, sure := text.Language(s); sure {
		return code
	}
	return ""
}
