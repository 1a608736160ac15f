package config

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// names checks what the configuration names outside of itself, so that a wrong name is found before anything is started.
func (k *checker) names() {
	var names []string
	for _, s := range k.sources.Strategies {
		names = append(names, s.Name)
	}
	for i, s := range k.Generate.Negatives {
		if k.sources.Strategies != nil && s.Strategy != "" {
			k.oneOf("generate.negatives."+strconv.Itoa(i)+".strategy", s.Strategy, names...)
		}
	}
	k.prompts()
	if k.sources.Replies == nil {
		return
	}
	checked := map[string]error{}
	for _, name := range slices.Sorted(maps.Keys(k.Models)) {
		m, key := k.Models[name], "models."+name
		if m.Provider == "recorded" && m.File != "" && k.used(key) {
			k.replies(key+".file", m.File, checked)
		}
	}
}

// replies checks the file of a recorded model. Models can share one, which is read once.
func (k *checker) replies(key, file string, checked map[string]error) {
	err, known := checked[file]
	if !known {
		if info, statErr := os.Stat(file); statErr != nil {
			err = fmt.Errorf("%s: %w", file, reason(statErr))
		} else if info.IsDir() {
			err = fmt.Errorf("%s is a folder", file)
		} else {
			err = k.sources.Replies(file)
		}
		checked[file] = err
	}
	if err == nil || k.has(key) {
		return
	}
	for line := range strings.Lines(err.Error()) {
		k.add(k.place(key), key, strings.TrimSpace(line), "mend it, or name another JSONL file of replies")
	}
}

// prompts checks the templates of prompts.dir and the names of prompts, where they are known.
func (k *checker) prompts() {
	if k.sources.Prompts == nil || k.has("prompts.dir") {
		return
	}
	known, err := k.sources.Prompts(k.Prompts.Dir)
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			message := strings.TrimPrefix(strings.TrimSpace(line), "prompts.dir: ")
			k.add(k.place("prompts.dir"), "prompts.dir", message, "`gen prompt show NAME` prints a built-in one to start from")
		}
	}
	if known == nil {
		return
	}
	k.prompt("generate.queries.prompt", k.Generate.Queries.Prompt, known)
	for i, s := range k.Generate.Negatives {
		key := "generate.negatives." + strconv.Itoa(i)
		if s.Prompt == k.sources.strategy(s.Strategy).prompt(s.Variant) && (k.has(key+".strategy") || k.has(key+".variant")) {
			continue // the default of a strategy that there is not
		}
		k.prompt(key+".prompt", s.Prompt, known)
	}
	for i, s := range k.Judge.Cascade {
		key := "judge.cascade." + strconv.Itoa(i)
		k.prompt(key+".prompt", s.Prompt, known)
		for n, also := range s.Also {
			if also.Prompt != s.Prompt { // the default, which is reported where it stands
				k.prompt(key+".also."+strconv.Itoa(n)+".prompt", also.Prompt, known)
			}
		}
	}
}

func (k *checker) prompt(key, name string, known []string) {
	if name != "" && !slices.Contains(known, name) {
		k.bad(key, "there is no prompt "+quoted(name), oneOfThese(name, known)+"; prompts.dir adds your own")
	}
}
