package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"hardneg/internal/hub"
	"hardneg/internal/hubtest"
)

// TestPushThatFailsSaysWhatHelps: each of what a Hub may refuse has its exit code and its hint.
func TestPushThatFailsSaysWhatHelps(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 10)
	l.must(0, "run")
	push := func(h *hubtest.Hub, code int, more ...string) result {
		t.Helper()
		l.env = []string{"HF_ENDPOINT=" + h.URL, "HF_TOKEN=" + hubtest.Token}
		return l.must(code, append([]string{"export", "--format", "hf", "--out", "x", "--force", "--push", "me/set"}, more...)...)
	}
	says := func(r result, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(r.err, part) {
				t.Errorf("%q is missing:\n%s", part, r.err)
			}
		}
	}

	h := hubtest.New(t)
	push(h, 0)
	for _, dry := range [][]string{{"--private"}, {"--private", "--dry-run"}} {
		says(push(h, 2, dry...), "push to me/set: the data set is public", "hint: nothing was sent; make it private on the Hub, name another, or leave --private out")
	}

	h.Fail(hubtest.Fault{Path: "/preupload/", Status: 307, Header: map[string]string{"Location": "https://me:pw@elsewhere.test/api/x?signature=secret"}, Times: 1})
	r := push(h, 5)
	says(r, "https://elsewhere.test/api/x, which is not followed", "hint: if the data set was renamed, push to its new name; if the Hub moved, name it by HF_ENDPOINT")
	if strings.Contains(r.err, "secret") || strings.Contains(r.err, "pw") {
		t.Errorf("what must be secret is printed:\n%s", r.err)
	}

	for said, hint := range map[string]string{"license must be one of …": "hint: export.license must be an identifier", "tags must be an array": "hint: mend the lines between ---"} {
		h.Fail(hubtest.Fault{Path: "/validate-yaml", Status: 400, Body: `{"errors":[{"message":"` + said + `"}]}`, Times: 1})
		says(push(h, 2), "push to me/set: the Hub refused the card: "+said+"\n", hint)
	}
}

func TestPushThatIsOvertakenSaysSo(t *testing.T) {
	err := pushFailure(context.Background(), pushFlags{repo: "me/set"}, "x/hf", fmt.Errorf("%w, 6 times", hub.ErrOvertaken))
	var f *failure
	if !errors.As(err, &f) || f.code != exitProvider || !strings.Contains(f.hint, "somebody else is committing to it") || !strings.Contains(f.hint, "the export stands in x/hf") {
		t.Errorf("%+v", err)
	}
}
