package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const mask = "***"

// keyPattern matches the keys of well-known services, wherever they turn up.
var keyPattern = regexp.MustCompile(`\b(?:sk-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{16,}|AIza[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{16,}|` +
	`gsk_[A-Za-z0-9]{16,}|nvapi-[A-Za-z0-9_-]{16,}|xai-[A-Za-z0-9]{16,}|AKIA[A-Z0-9]{12,})|(?i:\bbearer )[A-Za-z0-9._~+/=-]{8,}`)

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Secret is a text that no formatting, encoding or logging shows; only Reveal gives it.
type Secret struct {
	text  *string // a pointer, because fmt prints unexported strings inside other structs without asking for a method
	known bool    // it stands in the configuration, so a Redactor leaves it
}

func newSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{text: &s}
}

func (Secret) String() string               { return mask }
func (Secret) GoString() string             { return mask }
func (Secret) Format(f fmt.State, _ rune)   { _, _ = f.Write([]byte(mask)) }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }
func (Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }
func (Secret) LogValue() slog.Value         { return slog.StringValue(mask) }

// Empty says that there is no secret.
func (s Secret) Empty() bool { return s.text == nil }

// Reveal gives the text, "" if there is none. Only what sets the header of a request should call it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// ResolveSecret fetches what a reference names: env:NAME, file:PATH (white space around it is removed; a relative path is
// relative to base), or "" for none. Errors name the variable or file and never a value.
func ResolveSecret(ref string, environ []string, base string) (Secret, error) {
	if ref == "" {
		return Secret{}, nil
	}
	if err := checkReference(ref); err != nil {
		return Secret{}, err
	}
	if name, ok := strings.CutPrefix(ref, "env:"); ok {
		value, set := lookup(environ, name)
		if !set {
			return Secret{}, fmt.Errorf("environment variable %s is not set", name)
		}
		return oneLine(value, "environment variable "+name)
	}
	file := under(base, strings.TrimPrefix(ref, "file:"))
	b, err := os.ReadFile(file)
	if err != nil {
		return Secret{}, fmt.Errorf("secret file: %w", err)
	}
	return oneLine(strings.TrimSpace(string(b)), "secret file "+file)
}

// oneLine refuses what cannot be sent in a header.
func oneLine(value, what string) (Secret, error) {
	if value == "" {
		return Secret{}, fmt.Errorf("%s is empty", what)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return Secret{}, fmt.Errorf("%s contains a line break or control character", what)
	}
	return newSecret(value), nil
}

// checkReference says whether ref has the form of a reference, without repeating what it holds.
func checkReference(ref string) error {
	if name, ok := strings.CutPrefix(ref, "env:"); ok {
		if !envName.MatchString(name) || keyPattern.MatchString(name) {
			return errors.New("env: must be followed by the name of a variable")
		}
		return nil
	}
	if file, ok := strings.CutPrefix(ref, "file:"); ok {
		if file == "" || keyPattern.MatchString(file) {
			return errors.New("file: must be followed by a path")
		}
		return nil
	}
	return errors.New("a secret must not be written here")
}

func isReference(s string) bool { return strings.HasPrefix(s, "env:") || strings.HasPrefix(s, "file:") }

// lookup finds a variable; the last one of that name counts, as for a process.
func lookup(environ []string, name string) (string, bool) {
	for _, e := range slices.Backward(environ) {
		if value, ok := strings.CutPrefix(e, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// under resolves a path against the folder it was written in; "" stays "".
func under(base, p string) string {
	if p == "" {
		return ""
	}
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(base, p)
}

// secretFileWarning says what is wrong with the mode of the file that ref names, "" if nothing is or it cannot be seen.
func secretFileWarning(ref string) string {
	file, ok := strings.CutPrefix(ref, "file:")
	if !ok {
		return ""
	}
	st, err := os.Stat(file)
	if err != nil || st.Mode().Perm()&0o077 == 0 {
		return ""
	}
	return fmt.Sprintf("secret file %s can be read by others (mode %04o); chmod 600 %s", file, st.Mode().Perm(), file)
}

// Redactor makes a function that replaces the secrets by ***, as they are, quoted, URL-encoded and in base64, and whatever looks
// like the key of a well-known service. Secrets of fewer than four bytes are left: replacing them would destroy the text.
func Redactor(secrets ...Secret) func(string) string {
	var forms []string
	for _, s := range secrets {
		if v := s.Reveal(); len(v) >= 4 && !s.known {
			raw := []byte(v)
			forms = append(forms, v, strings.Trim(strconv.Quote(v), `"`), url.QueryEscape(v), url.PathEscape(v),
				base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw),
				base64.URLEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw))
		}
	}
	// The replacer takes the first form that fits, so the longest must come first: a secret may begin another one.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, f := range slices.Compact(forms) {
		pairs = append(pairs, f, mask)
	}
	replacer := strings.NewReplacer(pairs...)
	return func(s string) string { return keyPattern.ReplaceAllString(replacer.Replace(s), mask) }
}
