package config

import (
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
	if !k.sources.Replies {
		return
	}
	for name, m := range k.Models {
		key := "models." + name
		if m.Provider == "recorded" && m.File != "" && k.used(key) {
			k.replies(key+".file", m.File)
		}
	}
}

func (k *checker) replies(key, file string) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		k.bad(key, file+": "+reason(err).Error(), "name the JSONL file of replies")
	case info.IsDir():
		k.bad(key, file+" is a folder", "name the JSONL file of replies")
	}
}

// prompts checks the templates of prompts.dir and the names of prompts. Where a template is wrong, the names are not known.
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
		return
	}
	k.prompt("generate.queries.prompt", k.Generate.Queries.Prompt, known)
	for i, s := range k.Generate.Negatives {
		key := "generate.negatives." + strconv.Itoa(i)
		if s.Prompt == s.Strategy && k.has(key+".strategy") {
			continue // the default of a strategy that there is not
		}
		k.prompt(key+".prompt", s.Prompt, known)
	}
	for i, s := range k.Judge.Cascade {
		k.prompt("judge.cascade."+strconv.Itoa(i)+".prompt", s.Prompt, known)
	}
}

func (k *checker) prompt(key, name string, known []string) {
	if name != "" && !slices.Contains(known, name) {
		k.bad(key, "there is no prompt "+quoted(name), didYouMean(name, known)+" ("+strings.Join(known, ", ")+"); prompts.dir adds your own")
	}
}
