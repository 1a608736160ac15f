package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// families are words in the names of models by which their relatives are known: those of one maker's line, and of others that were made from it.
// A word counts where it stands by itself or, from five letters on, as a part of one (codellama, openchatglm).
var families = map[string]string{
	"qwen": "qwen", "qwq": "qwen", "qvq": "qwen", "tongyi": "qwen",
	"gpt": "gpt", "chatgpt": "gpt", "davinci": "gpt", "codex": "gpt",
	"llama": "llama", "vicuna": "llama", "alpaca": "llama", "tulu": "llama",
	"mistral": "mistral", "mixtral": "mistral", "ministral": "mistral", "magistral": "mistral", "codestral": "mistral", "devstral": "mistral", "pixtral": "mistral",
	"mathstral": "mistral", "voxtral": "mistral", "zephyr": "mistral",
	"gemini": "gemini", "gemma": "gemini",
	"claude": "claude", "sonnet": "claude", "opus": "claude", "haiku": "claude",
	"deepseek": "deepseek", "phi": "phi", "command": "command", "aya": "command", "granite": "granite", "grok": "grok",
	"glm": "glm", "chatglm": "glm", "kimi": "kimi", "moonshot": "kimi", "yi": "yi", "olmo": "olmo", "falcon": "falcon", "smollm": "smollm", "internlm": "internlm",
	"nemotron": "nemotron", "minimax": "minimax", "hermes": "hermes",
}

// makers are organisations whose models are of one family, whatever their names.
var makers = map[string]string{"qwen": "qwen", "openai": "gpt", "meta-llama": "llama", "mistralai": "mistral", "anthropic": "claude", "deepseek-ai": "deepseek",
	"cohereforai": "command", "cohere": "command", "zai-org": "glm", "thudm": "glm", "moonshotai": "kimi", "x-ai": "grok"}

// notNames are words that begin the names of unrelated models.
var notNames = []string{"model", "models", "chat", "base", "local", "default", "test", "instruct", "llm", "latest", "small", "large", "judge", "writer", "custom", "finetune", "finetuned", "the", "our"}

// notKin hold the name of a family and are none of it: kinds of files, programs that run models.
var notKin = []string{"ollama", "llamacpp", "llamafile", "gptq"}

// wholeWord is the length below which a family's name inside a longer word says nothing: phi of dolphin.
const wholeWord = 5

// kinship are the families of a model by its name: qwen of Qwen/Qwen3-8B and of hf.co/someone/Qwen2.5-7B-Instruct-GGUF:Q4_K_M, both of
// deepseek-r1-distill-llama-8b. A name of none that are known is a family of its own by its first word; "" and the like say nothing.
func kinship(model string) []string {
	low := strings.ToLower(strings.TrimSpace(model))
	parts := strings.Split(strings.TrimRight(low, "/"), "/")
	base := parts[len(parts)-1]
	if tuned, ok := strings.CutPrefix(base, "ft:"); ok { // ft:BASE:organisation:name:id, of OpenAI's
		base, _, _ = strings.Cut(tuned, ":")
	}
	words := strings.FieldsFunc(base, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	found := map[string]bool{}
	for _, w := range words {
		for _, f := range familiesOf(w) {
			found[f] = true
		}
	}
	for _, org := range parts[:len(parts)-1] {
		if f := makers[org]; f != "" && len(found) == 0 {
			found[f] = true
		}
	}
	if len(found) == 0 && len(words) > 0 {
		if first := letters(words[0]); len(first) > 2 && !slices.Contains(notNames, first) {
			found[first] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// familiesOf are the families that one word of a name tells of.
func familiesOf(word string) (out []string) {
	if len(word) >= 2 && word[0] == 'o' && word[1] >= '1' && word[1] <= '9' && letters(word[2:]) == "" { // o3-mini
		return []string{"gpt"}
	}
	stem := letters(word)
	if slices.ContainsFunc(notKin, func(n string) bool { return strings.HasPrefix(word, n) }) {
		return nil
	}
	for name, family := range families {
		if stem == name || len(name) >= wholeWord && strings.Contains(word, name) {
			out = append(out, family)
		}
	}
	return out
}

// letters are those that a word begins with: qwen of qwen3.
func letters(word string) string {
	if i := strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }); i >= 0 {
		return word[:i]
	}
	return word
}

// OwnJudges says which models judge what they, or relatives of theirs by the name, have written. The built-in rules are nobody's relative.
func (c *Config) OwnJudges() (out []string) {
	say := func(format string, args ...any) {
		if w := fmt.Sprintf(format, args...); !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	judges := c.judges()
	for _, judge := range judges {
		c.compare(judge, c.writers(), "judges", "judge with one of another family, or beside one (judge.cascade.0.also)", say)
	}
	for i, s := range c.Generate.Negatives {
		if s.Check != "" && !slices.Contains(judges, s.Check) {
			c.compare(s.Check, s.Writers(), "checks", fmt.Sprintf("name one of another family in generate.negatives.%d.check", i), say)
		}
	}
	return out
}

func (c *Config) compare(judge string, writers []string, does, remedy string, say func(string, ...any)) {
	j := c.Models[judge]
	for _, name := range writers {
		w := c.Models[name]
		switch {
		case !j.online() || !w.online():
		case j.Provider == w.Provider && j.Model == w.Model:
			say("models.%s %s what the same model %s wrote as models.%s: models prefer their own texts; %s", judge, does, j.Model, name, remedy)
		case slices.ContainsFunc(kinship(j.Model), func(f string) bool { return slices.Contains(kinship(w.Model), f) }):
			say("models.%s (%s) %s what models.%s (%s) wrote, a model of its own family by the name: models prefer texts of their like; %s", judge, j.Model, does, name, w.Model, remedy)
		}
	}
}
