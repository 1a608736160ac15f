package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// Two endpoints of one model share its work, and one that is dead costs nothing but a few looks.
func TestSeveralEndpointsOfOneModel(t *testing.T) {
	t.Parallel()
	one := newLab(t, 12, mockllm.Config{})
	one.must(0, "run")
	want := one.sums("run/export")
	second := mockllm.New(mockllm.Config{})
	t.Cleanup(second.Close)
	for name, c := range map[string]struct {
		other   string
		answers bool
	}{
		"both alive":  {second.URL, true},
		"one is dead": {"http://127.0.0.1:1", false},
	} {
		l := newLab(t, 12, mockllm.Config{})
		text := fmt.Sprintf(labConfig, l.server.URL)
		l.write("config.yaml", strings.ReplaceAll(text, fmt.Sprintf(`base_url: "%s/v1"`, l.server.URL), fmt.Sprintf(`base_urls: ["%s/v1", "%s/v1"]`, l.server.URL, c.other)))
		before := second.Count()
		l.must(0, "run")
		asked := second.Count() - before
		if s := l.status(); s.Calls.OK != int64(l.server.Count()+asked) || s.Calls.Failed != 0 {
			t.Errorf("%s: %+v, the servers saw %d and %d", name, s.Calls, l.server.Count(), asked)
		}
		if c.answers && (asked < 10 || l.server.Count() < 10) {
			t.Errorf("%s: %d and %d calls", name, l.server.Count(), asked)
		}
		if !maps.Equal(want, l.sums("run/export")) {
			t.Errorf("%s: another export", name)
		}
	}
}
