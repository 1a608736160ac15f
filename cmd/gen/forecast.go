package main

import (
	"math"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/llm"
)

// enough is how many items have to be there for what they took to stand for those to come.
const enough = 20

// Where an estimate comes from.
const (
	basisMeasured  = "measured"  // this run's own counts, shares and tokens
	basisEstimated = "estimated" // at least one of these is assumed
)

// estimate is what a stage is expected to take with one model.
type estimate struct {
	Type       string   `json:"type"`
	Stage      string   `json:"stage"`
	Role       string   `json:"role,omitempty"`
	Model      string   `json:"model"`
	Items      int64    `json:"items"`
	Calls      int64    `json:"calls"`
	Stored     int64    `json:"stored_calls"` // requests beside these that find their replies in the store, at no cost
	Prompt     int64    `json:"prompt_tokens"`
	Completion int64    `json:"completion_tokens"`
	Cost       float64  `json:"cost_usd"`
	Seconds    *float64 `json:"seconds"` // null: not known: asked through batches, or no call of this model was measured in this stage yet
	Measured   int64    `json:"measured_calls"`
	Basis      string   `json:"basis"`
	server     string   // estimates of one server share its slots
}

// name is the model's name in the config, and the model if that is another.
func (e estimate) name() string {
	if e.Role == "" || e.Role == e.Model {
		return e.Model
	}
	return e.Role + " (" + e.Model + ")"
}

// stream is a number of items, and whether it is known or follows from measured shares.
type stream struct {
	n    float64
	sure bool
}

// request is what one call is expected to be where none was measured.
type request struct {
	role      string
	settings  llm.Settings
	in, reply float64 // characters
}

// forwardedShare is the share of texts that a judge is assumed to pass on, by forward_at, where nothing was measured. In
// a small pilot with a strong model its negatives were graded 1 in nine cases of ten, and above that hardly ever.
var forwardedShare = [...]float64{1, 0.9, 0.1, 0.05}

// comparedShare is the same for judges that do not tell "on the topic" from "nothing to do with it": of 375 negatives of FiQA the
// first judge of RLHN (arXiv 2505.16967) called 13 % worse and 1 % better. wholeShare is the share of queries that it forwarded, of
// all its data.
var comparedShare = [...]float64{1, 0.15, 0.15, 0.02}

const wholeShare = 0.66

// estimates follows what is pending through the stages: each has to do what is pending there and what the stages before pass on.
func (o *outlook) estimates() []estimate {
	written, out := o.writing()
	kept, es := o.verifying(written)
	out = append(out, es...)
	made, es := o.inventing(kept)
	out = append(out, es...)
	graded, es := o.judging(o.withImported(made, kept, written))
	out = append(out, es...)
	out = append(out, o.similarities(kept)...)
	if d := o.due(stageRelabel, graded); o.want[stageRelabel] {
		out = append(out, estimate{Type: "stage", Stage: stageRelabel, Model: "-", Items: whole(d.n), Seconds: new(float64), Basis: basisOf(d.sure)})
	}
	return out
}

// due is what a stage has to do. A stage that is not wanted does nothing, so that nothing comes of it.
func (o *outlook) due(stage string, in stream) stream {
	if !o.want[stage] {
		return stream{0, true}
	}
	return stream{float64(max(0, o.inScope.stage(stage).Pending)) + in.n, in.sure || in.n == 0}
}

// pass is what comes of what a stage does: of items that are answered from the store that is known. certain items came in done.
func (o *outlook) pass(stage string, d stream, certain int64) stream {
	share, sure := o.share(stage, certain)
	known := o.replays.stages[stage]
	left := max(0, d.n-known.answered)
	return stream{known.done + left*share, d.sure && (sure || left == 0)}
}

// share is the share of a stage's items that it did, of those that have an outcome, or get one from the store; all of them where too
// few do.
func (o *outlook) share(stage string, certain int64) (share float64, sure bool) {
	s := o.whole.stage(stage)
	if stage == stageQueries {
		s.Rejected -= o.whole.ownDuplicates // nobody wrote them
	}
	if have := s.Done + s.Rejected + s.Failed - certain; have >= enough {
		return float64(s.Done-certain) / float64(have), true
	}
	if known := o.replays.stages[stage]; known.answered >= enough {
		return known.done / known.answered, true
	}
	return 1, false
}

// toSend is what of items has to be asked for; each takes so many calls.
func (o *outlook) toSend(d stream, known asks, ratio float64, sure bool) stream {
	left := max(0, d.n-known.answered)
	return stream{left * ratio, d.sure && (sure || left == 0)}
}

func (o *outlook) writing() (stream, []estimate) {
	d := o.due(stageQueries, stream{0, true})
	if !o.want[stageQueries] || o.p.queries.PerPassage == 0 {
		return d, nil
	}
	for _, n := range o.barred() {
		d.n = max(0, d.n-n)
	}
	q := o.p.queries
	r := request{o.cfg.Generate.Queries.Model, q.Settings, float64(len(q.System)) + o.chars + 400, 60}
	s := o.whole.stage(stageQueries)
	known := o.replays.stages[stageQueries].asks[0]
	calls := float64(generate.QueryKindOf(q.Prompt.Name).Calls)
	had := calls * float64(s.Done+s.Rejected+s.Failed-o.whole.ownQueries-o.whole.ownDuplicates)
	if c := q.Composer; c != nil {
		r.reply += float64(1+c.Negatives) * (o.chars + 40)
		if c.Tasks != nil {
			r.in -= o.chars
			had += had / float64(c.Tasks.Number*q.PerPassage) // for the tasks
		}
	}
	ratio, sure := o.callsPer(stageQueries, r, had, calls, known)
	e := o.estimate(stageQueries, r, d.n, o.toSend(d, known, ratio, sure), known)
	out := []estimate{e}
	if ofTasks(o.p) && d.n > 0 {
		out = []estimate{o.thinking(r.role), e}
	}
	if role := o.cfg.Generate.Queries.RoundTrip.Encoder; role != "" && d.n > 0 {
		out = append(o.indexing(o.p.returns), append(out, o.returning(role, d))...)
	}
	return o.pass(stageQueries, d, o.whole.ownQueries), out
}

// inventing is stage negatives, whose items are slots; what comes in are queries.
func (o *outlook) inventing(in stream) (stream, []estimate) {
	slots := float64(o.plan.Slots)
	d := o.due(stageNegatives, stream{in.n * slots, in.sure})
	if !o.want[stageNegatives] || slots == 0 {
		return stream{0, true}, nil
	}
	all := d
	d.n = max(0, d.n-o.further.slots())
	queries, s := d.n/slots, o.whole.stage(stageNegatives)
	had := float64(s.Done+s.Rejected+s.Failed) / slots
	var out []estimate
	if all.n > 0 {
		out = o.indexing(o.p.mined)
	}
	has := map[*generate.Encoder]bool{} // the vector of each query
	if trip := o.p.queries.RoundTrip; trip != nil {
		has[trip.Encoder] = true
	}
	for place, g := range o.p.generators() {
		n := queries * g.Share
		items := n * float64(g.Slots())
		if g.Encoder != nil {
			out = append(out, o.comparing(g, place, stream{n, d.sure}, has[g.Encoder]))
			has[g.Encoder] = has[g.Encoder] || g.Share == 1
			continue
		}
		if g.Reply != nil {
			out = append(out, o.reading(g, place, stream{n, d.sure}))
			continue
		}
		if g.Writer == nil {
			out = append(out, estimate{Type: "stage", Stage: stageNegatives, Model: "-", Items: whole(items), Seconds: new(float64), Basis: basisOf(d.sure)})
			continue
		}
		r := o.writingOf(g, float64(g.Slots()))
		known := o.replays.stages[stageNegatives].asks[place]
		ratio, sure := o.callsPer(stageNegatives, r, had*o.sharing(r), float64(g.Calls), known)
		out = append(out, o.estimate(stageNegatives, r, items, o.toSend(stream{n, d.sure && g.Share == 1}, known, ratio, sure), known))
		if len(g.Checks) > 0 {
			out = append(out, o.checking(g, place, stream{n, d.sure && g.Share == 1}, had))
		}
	}
	return o.pass(stageNegatives, all, 0), append(out, o.goingOn()...)
}

// withImported adds the imported candidates of the queries that stage verify is still to keep.
func (o *outlook) withImported(made, kept, written stream) stream {
	s := o.inScope.stage(stageVerify)
	left := float64(s.Pending) + written.n
	if o.inScope.imported == 0 || o.p.verify == nil || left == 0 || !o.want[stageVerify] {
		return made
	}
	candidates := float64(o.inScope.imported) * kept.n / (float64(s.Planned) + written.n)
	return stream{made.n + candidates, false}
}

// estimate says what a number of calls takes: as many tokens as the calls before, or as the prompts look like.
func (o *outlook) estimate(stage string, r request, items float64, calls stream, known asks) estimate {
	m := o.cfg.Models[r.role]
	e := estimate{Type: "stage", Stage: stage, Role: r.role, Model: r.settings.Model, Items: whole(items), Calls: whole(calls.n), Stored: whole(known.calls),
		server: governorKey(m)}
	in, out, sure := r.in/4, r.reply/4, false
	was := o.spend[spentOn{stage, r.role, r.settings.Model}]
	if e.Measured = was.OK; was.OK >= enough {
		in, out, sure = float64(was.Usage.Prompt)/float64(was.OK), float64(was.Usage.Completion)/float64(was.OK), true
	}
	e.Prompt, e.Completion = whole(in*float64(e.Calls)), whole(out*float64(e.Calls))
	e.Cost = m.Price.Cost(hardneg.Usage{Prompt: e.Prompt, Completion: e.Completion}).Dollars()
	e.Basis = basisOf(calls.sure && (sure || e.Calls == 0) || e.Items == 0 && e.Calls == 0)
	switch {
	case e.Calls == 0:
		e.Seconds = new(float64)
	case m.Mode == "batch": // the provider takes its time
	case was.Latency > 0:
		s := float64(was.Latency) / 1e6 / float64(was.OK) * float64(e.Calls) / float64(m.Concurrency)
		if m.RPM > 0 {
			s = max(s, float64(e.Calls)*60/float64(m.RPM))
		}
		e.Seconds = &s
	}
	return e
}

func basisOf(sure bool) string {
	if sure {
		return basisMeasured
	}
	return basisEstimated
}

// whole rounds to whole items or calls.
func whole(n float64) int64 { return int64(math.Round(n)) }

// total sums up. Stages overlap unless they run one after another, so that the time is that of the server that is busy longest; it is not
// known as long as that of one stage is not.
func (p *parts) total(es []estimate) estimate {
	sum := estimate{Type: "total", Stage: "sum", Basis: basisMeasured, Seconds: new(float64)}
	busy := map[string]float64{}
	known, staged := true, p.staged()
	for _, e := range es {
		sum.Calls += e.Calls
		sum.Stored += e.Stored
		sum.Prompt += e.Prompt
		sum.Completion += e.Completion
		sum.Cost += e.Cost
		sum.Measured += e.Measured
		if e.Basis == basisEstimated {
			sum.Basis = basisEstimated
		}
		if e.Seconds == nil {
			known = false
			continue
		}
		server := e.server
		if staged {
			server = "" // one after the other
		}
		busy[server] += *e.Seconds
		*sum.Seconds = max(*sum.Seconds, busy[server])
	}
	if !known {
		sum.Seconds = nil
	}
	return sum
}
