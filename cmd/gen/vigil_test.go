package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hardneg/store"
)

// M46: a model that gets worse in the night is told of, once; one that was never good, or a few bad items, are not.
func TestM46AJumpOfRejections(t *testing.T) {
	at := func(done, rejected, failed int64) status {
		return status{Stages: []stageStatus{{Stage: stageQueries, Done: done, Rejected: rejected, Failed: failed}}}
	}
	for name, c := range map[string]struct {
		looks []status
		want  int
	}{
		"nothing":                {[]status{at(0, 0, 0), at(500, 20, 5), at(1000, 45, 9)}, 0},
		"a jump":                 {[]status{at(0, 0, 0), at(500, 20, 5), at(600, 140, 5), at(700, 300, 20)}, 1},
		"a jump of failures":     {[]status{at(0, 0, 0), at(500, 20, 5), at(550, 20, 205)}, 1},
		"bad from the start":     {[]status{at(0, 0, 0), at(90, 110, 0)}, 1},
		"few":                    {[]status{at(0, 0, 0), at(500, 20, 5), at(500, 120, 5)}, 0},
		"as bad as ever":         {[]status{at(300, 300, 0), at(400, 400, 0), at(500, 500, 0)}, 0},
		"after a resume, a jump": {[]status{at(5000, 100, 0), at(5010, 290, 0), at(5020, 480, 0)}, 1},
	} {
		var said []string
		v := newVigil(c.looks[0], func(s string) { said = append(said, s) })
		for _, s := range c.looks[1:] {
			v.look(s)
		}
		if len(said) != c.want || c.want > 0 && !strings.Contains(said[0], "stage queries: ") {
			t.Errorf("%s: said %q", name, said)
		}
	}
}

// parrot answers everything with one query.
type parrot struct{}

func (parrot) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Second)
	content := `{\"query\":\"how many workers were counted in the district\"}`
	if !bytes.Contains(body, []byte(`"w"`)) {
		content = `{\"A\":\"3\"}`
	}
	return reply(200, "", `{"choices":[{"message":{"content":"`+content+`"},"finish_reason":"stop"}]}`, false), nil
}

// M45: something answers the same to everything. It is told of while the run goes on.
func TestM45TheSameAnswerToEverything(t *testing.T) {
	l := newOfflineLab(t, 1500)
	l.write("config.yaml", nightConfig)
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		a := &app{out: &said, err: &said, configFile: l.dir + "/config.yaml", fileGiven: true}
		ctx := context.Background()
		cfg, err := a.load(ctx)
		if err != nil {
			t.Fatal(err)
		}
		r := &runner{app: a, cfg: cfg, want: map[string]bool{stageQueries: true}}
		if r.st, err = store.Open(cfg.Run.Dir, store.Options{Command: "test"}); err != nil {
			t.Fatal(err)
		}
		defer r.st.Close()
		if err := r.prepare(ctx); err != nil {
			t.Fatal(err)
		}
		r.p.providers = through(parrot{})
		if err := r.work(ctx); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(said.String(), "queries are equal to another one"); n != 1 {
			t.Errorf("told %d times:\n%.2000s", n, said.String())
		}
	})
}
