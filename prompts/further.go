package prompts

import (
	"bytes"
	_ "embed"
	"text/template"
)

//go:embed parts/further.tmpl
var furtherText string

var further = template.Must(template.New("further").Option("missingkey=error").Funcs(functions).Parse(furtherText))

// Further is what stands behind the user part of any prompt that is asked for more than was written for a query before: the texts of
// before, so that they are not written again; "" where there are none. It is of no prompt's version, as it decides none of what stands.
func Further(mark string, texts []string) (string, error) {
	if len(texts) == 0 {
		return "", nil
	}
	var b bytes.Buffer
	err := further.ExecuteTemplate(&b, "further", map[string]any{"Fence": mark, "Texts": texts})
	return "\n\n" + b.String(), err
}
