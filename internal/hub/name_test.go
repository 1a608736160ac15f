package hub

import (
	"errors"
	"strings"
	"testing"
)

func TestANameIsRefusedByItsRule(t *testing.T) {
	long := strings.Repeat("x", 94)
	for name, rule := range map[string]string{
		"u/d": "", "Foo-BAR_foo.bar123/_x_": "", "u/" + long: "", "u/d.gits": "", "u/git": "",
		"": "user/name", "d": "user/name", "u/d/e": "user/name", "u/": "user/name", "/d": "user/name", "https://x/y": "user/name",
		"u /d": "letters", "u/d\n": "letters", "u/é": "letters", "u/d?x": "letters",
		"u/..": "without -- or ..", "../d": "without -- or ..", "me/a--b": "without -- or ..", "a--b/c": "without -- or ..",
		"me/-x": "begins or ends", "me/x-": "begins or ends", "me/.x": "begins or ends", "me./x": "begins or ends",
		"me/x.git": "ends with .git", "me.git/x": "ends with .git", "u/x" + long: "at most 96 characters in all, and these are 97",
	} {
		err := CheckRepo(name)
		if rule == "" && err != nil || rule != "" && (!errors.Is(err, ErrRepo) || !strings.Contains(err.Error(), rule)) {
			t.Errorf("%q: %v, want %q", name, err, rule)
		}
	}
}
