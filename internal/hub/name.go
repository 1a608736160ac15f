package hub

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// ErrRepo is what a caller branches on where a repository can't be named like that.
var ErrRepo = errors.New("a repository is named user/name")

var nameChars = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// longestRepo is the Hub's bound, of both parts and the slash.
const longestRepo = 96

// CheckRepo refuses what the Hub's own tools refuse as the name of a repository, and says by which of their rules.
func CheckRepo(name string) error {
	parts := strings.Split(name, "/")
	if len(parts) != 2 || parts[0] == "" || parts[1] == "" {
		return fmt.Errorf("%q: %w", name, ErrRepo)
	}
	for _, part := range parts {
		if rule := broken(part); rule != "" {
			return fmt.Errorf("%q: %w, %s", name, ErrRepo, rule)
		}
	}
	if len(name) > longestRepo {
		return fmt.Errorf("%q: %w, of at most %d characters in all, and these are %d", name, ErrRepo, longestRepo, len(name))
	}
	return nil
}

// broken is the rule that a part of a name breaks, "" for none.
func broken(part string) string {
	switch {
	case !nameChars.MatchString(part):
		return "of letters, digits, -, _ and ."
	case strings.Contains(part, "--") || strings.Contains(part, ".."):
		return "without -- or .. in it"
	case strings.Trim(part, "-.") != part:
		return "and neither part begins or ends with - or ."
	case strings.HasSuffix(part, ".git"):
		return "and neither part ends with .git"
	}
	return ""
}
