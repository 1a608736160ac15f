package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hardneg"
	"hardneg/internal/mockllm"
	"hardneg/store"
)

// A night in which everything happens: one call in twenty fails in each of eight ways, one of two endpoints is dead for an hour, and
// the program is killed three times; with the race detector, it is a tenth of a night. In the morning every item has an outcome, no more is paid twice than was on its way at the
// kills, and the status says where time and money went. It takes hours of its own time and seconds of ours.
func TestASimulatedNight(t *testing.T) {
	defer oneProcessor()()
	dir := t.TempDir()
	for name, text := range map[string]string{"config.yaml": nightConfig, "corpus.jsonl": labCorpus(1060 / nightPart)} { // of which more than 20,000 items come
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := mockllm.New(mockllm.Config{}) // outside: it waits for a network that is never used, and time would stand still
	defer server.Close()
	synctest.Test(t, func(t *testing.T) {
		n := &night{answers: server.Handler(), begin: time.Now(), killAt: []int{1000 / nightPart, 2500 / nightPart, 5000 / nightPart}, good: map[uint64]int{}, asked: map[uint64]int{},
			byHost: map[string]int{}, faults: map[string]int{}}
		kills := 0
		for {
			s, err := n.run(t, filepath.Join(dir, "config.yaml"))
			if err == nil {
				n.morning(t, s, kills)
				return
			}
			if kills++; kills > 3 {
				t.Fatal(err)
			}
		}
	})
}

// run does the work of the run until it ends or is killed.
func (n *night) run(t *testing.T, config string) (s status, err error) {
	soft, stop := context.WithCancel(t.Context())
	defer stop()
	hard, abort := context.WithCancel(context.Background())
	defer abort()
	n.mu.Lock()
	n.kill = func() { stop(); abort() }
	n.mu.Unlock()
	ctx := withHard(soft, hard)
	var said saidText
	a := &app{out: &said, err: &said, configFile: config, fileGiven: true}
	cfg, err := a.load(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{app: a, cfg: cfg, want: everyStage()}
	if r.st, err = store.Open(cfg.Run.Dir, store.Options{Command: "test"}); err != nil {
		t.Fatal(err)
	}
	defer r.st.Close()
	if err := r.prepare(ctx); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	r.p.providers = through(n)
	err = r.work(ctx)
	if err != nil && soft.Err() == nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	s, statusErr := r.status(context.Background())
	if statusErr != nil {
		t.Fatal(statusErr)
	}
	if err == nil {
		if vs, checkErr := r.st.Check(context.Background()); checkErr != nil || len(vs) > 0 {
			t.Errorf("%v, %v", vs, checkErr)
		}
	}
	return s, err
}

// morning looks at what the night has left.
func (n *night) morning(t *testing.T, s status, kills int) {
	var planned, open int64
	for _, st := range s.Stages {
		planned += st.Planned
		open += st.Planned - st.Done - st.Rejected - st.Failed
	}
	took := time.Since(n.begin)
	t.Logf("%d items, %d of them failed, in %s of the night; %d calls, %v; %d on their way at %d kills, %d paid again", planned, s.failed(), took.Round(time.Second),
		n.calls, n.faults, n.lost, kills, n.repeated())
	if planned < 20_000/nightPart || open != 0 || s.State != "complete" {
		t.Errorf("%d items planned, %d without an outcome: %+v", planned, open, s.Stages)
	}
	if s.failed() > planned/200+20 { // a query that fails takes its texts along
		t.Errorf("%d items failed, though every call works at the second or third try", s.failed())
	}
	if kills != 3 || n.repeated() > n.lost || n.lost == 0 {
		t.Errorf("%d kills; %d paid again, %d were on their way", kills, n.repeated(), n.lost)
	}
	if took < deadTo || n.byHost["a.test"] < 1000/nightPart || n.byHost["b.test"] > 200 {
		t.Errorf("the dead hour: %v of a night of %s", n.byHost, took)
	}
	for _, f := range nightFaults {
		if k, few := n.faults[f.name], nightPart; k < n.calls/25-few || k > n.calls/16+few {
			t.Errorf("%s: %d of %d calls", f.name, k, n.calls)
		}
	}
	n.report(t, s)
}

// report checks that the status tells where calls, time and money went.
func (n *night) report(t *testing.T, s status) {
	sum := map[string]spendStatus{}
	var cost, unconfirmed float64
	for _, x := range s.Spend {
		e := sum[x.Endpoint]
		e.OK, e.Failed, e.Seconds = e.OK+x.OK, e.Failed+x.Failed, e.Seconds+x.Seconds
		sum[x.Endpoint] = e
		cost, unconfirmed = cost+x.Cost, unconfirmed+x.Unconfirmed
	}
	a, b := sum["http://a.test/v1"], sum["http://b.test/v1"]
	if a.OK == 0 || b.OK == 0 || a.OK < b.OK || a.Failed*5 < a.OK || a.Seconds < float64(a.OK) {
		t.Errorf("a %+v, b %+v", a, b)
	}
	if all := a.OK + a.Failed + b.OK + b.Failed; all > int64(n.calls) || all < int64(n.calls-n.lost) {
		t.Errorf("%d calls are told of, %d were made", all, n.calls)
	}
	near := func(x, y float64) bool { return x-y < 1e-9 && y-x < 1e-9 }
	if !near(cost, s.Cost) || !near(unconfirmed, s.Unconfirmed) || cost == 0 || unconfirmed == 0 {
		t.Errorf("$%g and $%g unconfirmed, of $%g and $%g", cost, unconfirmed, s.Cost, s.Unconfirmed)
	}
	var out bytes.Buffer
	s.print(&out)
	for _, want := range []string{"spent by", "http://a.test/v1", "http://b.test/v1", "unconfirmed", hardneg.USD(cost * 1e9).String()} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the status lacks %q:\n%s", want, out.String())
		}
	}
}
