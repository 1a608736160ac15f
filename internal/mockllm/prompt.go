package mockllm

import (
	"regexp"
	"strconv"
	"strings"
)

// fenced is a part of a prompt between <<<name mark>>> and <<<end name mark>>>.
type fenced struct{ name, text string }

func fencesOf(prompt string) []fenced {
	var found []fenced
	for {
		_, after, ok := strings.Cut(prompt, "<<<")
		if !ok {
			return found
		}
		head, rest, ok := strings.Cut(after, ">>>\n")
		at := strings.LastIndexByte(head, ' ')
		if !ok || at < 0 || strings.ContainsRune(head, '\n') {
			prompt = after
			continue
		}
		name, mark := head[:at], head[at:]
		text, rest, ok := strings.Cut(rest, "\n<<<end "+strings.TrimPrefix(name, "passage ")+mark+">>>")
		if !ok {
			prompt = after
			continue
		}
		found = append(found, fenced{name, text})
		prompt = rest
	}
}

func (w *writer) fenced(name string) string {
	for _, f := range w.fences {
		if f.name == name {
			return f.text
		}
	}
	return ""
}

// fencedPassage is the first passage, whatever its label; without one it is the whole message.
func (w *writer) fencedPassage() string {
	for _, f := range w.fences {
		if strings.HasPrefix(f.name, "passage") {
			return f.text
		}
	}
	return w.user
}

var wantedLength = regexp.MustCompile(`(?m)^\d+\. a (?:passage|document) of (\d+) to (\d+) words`)

// wantedLengths are the lengths in words that the prompt asks for, one for each text.
func wantedLengths(prompt string) [][2]int {
	var all [][2]int
	for _, m := range wantedLength.FindAllStringSubmatch(prompt, -1) {
		lo, _ := strconv.Atoi(m[1]) // digits; nonsense gives 0
		hi, _ := strconv.Atoi(m[2])
		all = append(all, [2]int{lo, max(lo, hi)})
	}
	return all
}
