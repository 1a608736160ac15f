package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"hardneg/internal/llm"
	"hardneg/internal/work"
)

// plainEvery is the time between two lines of progress where there is no terminal.
const plainEvery = 10 * time.Second

// progress shows how far a run is: a bar per stage on a terminal, else a plain line now and then.
type progress struct {
	r         *runner
	governors map[string]*llm.Governor
	start     time.Time
	first     status
	bars      *mpb.Progress
	bar       map[string]*mpb.Bar
	stop      func()
	logged    time.Time       // last line in the log
	warned    map[string]bool // roles whose replies were warned of
	vigil     *vigil

	mu   sync.Mutex
	last status
}

func newProgress(r *runner, governors map[string]*llm.Governor) *progress {
	p := &progress{r: r, governors: governors, start: time.Now(), logged: time.Now(), warned: map[string]bool{}}
	p.first, _ = r.status(context.Background()) // progress is a comfort: a failing read shows up elsewhere
	p.last = p.first
	p.vigil = newVigil(p.first, r.warn)
	every := plainEvery
	if isTerminal(r.err) && !r.flags.json {
		every = 300 * time.Millisecond
		p.makeBars()
	}
	p.stop = work.Every(every, p.tick)
	return p
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (p *progress) makeBars() {
	p.bars = mpb.New(mpb.WithOutput(p.r.err), mpb.WithWidth(100), mpb.WithAutoRefresh())
	p.bar = map[string]*mpb.Bar{}
	for _, st := range p.first.counted() {
		if !p.r.want[st.Stage] && !(st.Stage == stageSimilarity && p.r.want[stageJudge]) {
			continue
		}
		name := st.Stage
		p.bar[name] = p.bars.AddBar(max(st.Planned, 1),
			mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-10s", name)), decor.CountersNoUnit("%d/%d", decor.WCSyncSpace)),
			mpb.AppendDecorators(decor.Percentage(decor.WCSyncSpace), decor.Any(func(decor.Statistics) string { return p.barText(name) }, decor.WCSyncSpaceR)))
	}
}

// barText is rate, failures and time left of one stage.
func (p *progress) barText(name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, then := p.last.stage(name), p.first.stage(name)
	rate := float64(now.Planned-now.Pending-(then.Planned-then.Pending)) / max(time.Since(p.start).Seconds(), 0.001)
	s := fmt.Sprintf(" %.1f/s", rate)
	if rate > 0 && now.Pending > 0 {
		s += " " + (time.Duration(float64(now.Pending)/rate) * time.Second).Round(time.Second).String()
	}
	if now.Failed > 0 {
		s += fmt.Sprintf(" %d failed", now.Failed)
	}
	return s
}

func (p *progress) tick() {
	s, err := p.r.status(context.Background())
	if err != nil {
		return
	}
	p.mu.Lock()
	p.last = s
	p.mu.Unlock()
	p.warnOfUnreadable(s)
	if time.Since(p.logged) >= plainEvery {
		p.logged = time.Now()
		p.r.log.printf("%s", p.line(s))
		p.vigil.look(s)
		_ = p.vigil.equal(context.Background(), p.r.st) // as above
	}
	switch {
	case p.r.flags.json:
		s.Type, s.State = "progress", "running"
		_ = json.NewEncoder(p.r.out).Encode(s)
	case p.bars != nil:
		for name, b := range p.bar {
			st := s.stage(name)
			b.SetTotal(max(st.Planned, 1), false)
			b.SetCurrent(st.Planned - st.Pending)
		}
	default:
		fmt.Fprintln(p.r.err, p.line(s))
	}
}

// line is one plain line: counts, rate, tokens, cost and time left.
func (p *progress) line(s status) string {
	var parts []string
	for _, st := range s.counted() {
		part := fmt.Sprintf("%s %d/%d", st.Stage, st.Planned-st.Pending, st.Planned)
		if st.Failed > 0 {
			part += fmt.Sprintf(" (%d failed)", st.Failed)
		}
		parts = append(parts, part)
	}
	elapsed := time.Since(p.start)
	calls := s.Calls.OK - p.first.Calls.OK
	out := fmt.Sprintf("%s  %s; %.1f calls/s, %d tokens, $%.4f", elapsed.Round(time.Second), strings.Join(parts, ", "),
		float64(calls)/max(elapsed.Seconds(), 0.001), s.Tokens.Prompt+s.Tokens.Completion, s.Cost)
	inFlight, limit := 0, 0
	if n := s.Calls.Unreadable - p.first.Calls.Unreadable; n > 0 {
		out += fmt.Sprintf(", %d unreadable replies", n)
	}
	for _, g := range p.governors {
		n, l := g.InFlight()
		inFlight, limit = inFlight+n, limit+l
	}
	out += fmt.Sprintf(", %d of %d in flight", inFlight, limit)
	if s.AtProvider > 0 {
		return out + fmt.Sprintf(", %d in batches at the provider", s.AtProvider)
	}
	if left, ok := p.left(s); ok {
		out += ", about " + left.Round(time.Second).String() + " left"
	}
	return out
}

// left guesses the time left from the stage that has the most to do at its present rate.
func (p *progress) left(s status) (time.Duration, bool) {
	var most time.Duration
	elapsed := time.Since(p.start)
	for _, st := range s.counted() {
		then := p.first.stage(st.Stage)
		did := (st.Planned - st.Pending) - (then.Planned - then.Pending)
		if st.Pending > 0 && did > 0 {
			most = max(most, time.Duration(float64(elapsed)*float64(st.Pending)/float64(did)))
		}
	}
	return most, most > 0
}

// close shows the end.
func (p *progress) close() {
	p.stop()
	if s, err := p.r.status(context.Background()); err == nil {
		p.warnOfUnreadable(s)
	}
	if p.bars == nil {
		return
	}
	p.tick()
	for _, b := range p.bar {
		b.Abort(false)
	}
	p.bars.Wait()
}
