package generate

import (
	"strings"

	"hardneg"
	"hardneg/prompts"
)

// OtherInputs are the inputs of the requests that were made for a query's texts beside the ones that these name as their origin: the
// taking apart of the query, and the checks. texts are those of one strategy in the order of their slots that were there to be checked.
func OtherInputs(strategy, query string, positive hardneg.Passage, texts []string) []string {
	shown := prompts.PassageText(positive.Title, positive.Text)
	switch {
	case strategy == HardQuery && len(texts) > 0:
		return []string{checkInput(HardQueryCheck, shown, texts), checkInput(HardQueryCheckAgain, shown, texts)}
	case strategy == Decompose || strings.HasPrefix(strategy, Decompose+"-"):
		return []string{analysisInput(query, shown)}
	}
	return nil
}

// analysisInput names the request that takes a query apart.
func analysisInput(query, shown string) string {
	return hardneg.KeyOf(StageNegatives, Decompose, "analysis", query, shown).String()
}

// checkInput names the request that checks hard queries by one prompt.
func checkInput(prompt, shown string, queries []string) string {
	return hardneg.KeyOf(append([]string{StageNegatives, HardQuery, prompt, shown}, queries...)...).String()
}
