package main

import (
	"math"

	"hardneg"
	"hardneg/judge"
)

// verifyAgain is the share of source passages that the first judge is assumed to leave to the next one.
const verifyAgain = 0.1

// reach is how a text that is given to a cascade reaches one of its judges: the share of texts that does, and the calls that a text
// takes there.
type reach struct {
	share, calls float64
	sure         bool
	looks        float64 // of these calls, for each that is no second look
}

// load is what one judge of a cascade has to do.
type load struct {
	texts float64
	calls stream
	known asks
	looks float64 // of the calls, for each that is no second look
}

// verifying is stage verify, whose items are queries with their own passages.
func (o *outlook) verifying(in stream) (stream, []estimate) {
	if o.p.verify == nil {
		return in, nil
	}
	d := o.due(stageVerify, in)
	if !o.want[stageVerify] {
		return d, nil
	}
	guess := make([]reach, len(o.p.verify.Steps))
	for i := range guess {
		guess[i] = reach{math.Pow(verifyAgain, float64(i)), 1, false, 1}
	}
	var out []estimate
	for i, l := range o.loads(stageVerify, d, guess) {
		for _, j := range o.p.verify.Steps[i].Judges() {
			out = append(out, o.estimate(stageVerify, o.grading(j, 1), l.texts, l.calls, l.known))
		}
	}
	return o.pass(stageVerify, d, 0), out
}

// judging is stage judge, whose items are candidates. Slates are formed in each query.
func (o *outlook) judging(in stream) (stream, []estimate) {
	d := o.due(stageJudge, in)
	if !o.want[stageJudge] {
		return d, nil
	}
	usable, _ := o.share(stageNegatives, 0)
	imported := float64(o.inScope.imported) / float64(max(1, o.inScope.stage(stageQueries).Planned))
	all := d
	late := 0.0 // of queries that get further texts
	if o.want[stageNegatives] {
		late = min(d.n, o.further.slots()*usable)
	}
	d.n -= late
	each := max(1, float64(o.plan.Slots)*usable+imported)
	guess, texts := o.slates(each, o.hardQueries()*usable/each)
	var out []estimate
	for i, l := range o.loads(stageJudge, d, guess) {
		out = append(out, o.asking(o.p.cascade.Steps[i], texts[i], l)...)
	}
	return o.pass(stageJudge, all, 0), append(out, o.judgingFurther(late)...)
}

// slates is how the texts of a query reach the judges, of which it has so many, a share of them hard queries, and how many there are in a call.
func (o *outlook) slates(each, hard float64) (guess []reach, texts []float64) {
	each, hard = max(1, each), min(1, hard)
	guess, texts = make([]reach, len(o.p.cascade.Steps)), make([]float64, len(o.p.cascade.Steps))
	share, queries := 1.0, 1.0
	several := o.several * float64(o.inScope.ownQueries) / float64(max(1, o.inScope.stage(stageQueries).Planned)) // of all queries
	for i, step := range o.p.cascade.Steps {
		perQuery := share * each
		// Where few texts go on, most queries have none, and no slate; a hard query has one of its own.
		together := perQuery * (1 - hard) / queries
		alone, slates := perQuery*hard, queries*slatesOf(together, step, several)
		texts[i] = min(float64(step.Judge.Slate), max(1, perQuery/(alone+slates)))
		if step.Quotes() {
			slates *= 1 + wholeShare // so many queries have a text that answers at least in part; hard queries are graded
		}
		all := alone*step.Looks(1) + slates*step.Looks(int(math.Ceil(texts[i])))
		guess[i] = reach{share, all / perQuery, false, all / (alone + slates)}
		on := passedOn(step)
		on += (1 - on) * step.Audit
		if share *= on; step.Whole {
			queries *= on
		}
	}
	return guess, texts
}

// slatesOf is how many slates the texts of a query make on average. A judge that compares holds further positives, which so many queries have,
// against the passage alone, in a slate of their own.
func slatesOf(texts float64, step judge.Step, several float64) float64 {
	apart := 0.0
	if step.Compares() {
		apart = min(several, texts)
	}
	texts -= apart
	return apart + min(texts, math.Ceil(texts/float64(step.Judge.Slate)-1e-9))
}

// asking is what the judges of a step take. Second looks are the first one's.
func (o *outlook) asking(step judge.Step, texts float64, l load) (out []estimate) {
	judges := step.Judges()
	once := l.calls.n / l.looks
	for n, j := range judges {
		calls := stream{once, l.calls.sure}
		if n == 0 {
			calls.n += (l.calls.n - once) * float64(len(judges))
		}
		out = append(out, o.estimate(stageJudge, o.grading(j, texts), l.texts, calls, l.known))
	}
	return out
}

// hardQueries is how many slots of a query are for hard queries.
func (o *outlook) hardQueries() float64 {
	n := 0
	for _, s := range o.p.negatives.Strategies {
		if s.Label == hardneg.LabelHardQuery {
			n += s.Slots()
		}
	}
	return float64(n)
}

// passedOn is the share of texts that a judge is assumed to pass on.
func passedOn(step judge.Step) float64 {
	switch {
	case step.ForwardAt == 0:
		return 1
	case step.Whole:
		return wholeShare
	case step.Judge.Kind().Name == judge.KindGrade:
		return forwardedShare[step.ForwardAt]
	}
	return comparedShare[step.ForwardAt]
}

func (o *outlook) grading(j *judge.Judge, texts float64) request {
	kind := j.Kind()
	in := float64(len(j.System)+len(kind.Schema(int(texts)).JSON)) + 300 + texts*(o.chars+80)
	if kind.Compares {
		in += o.chars + 80
	}
	return request{j.Name, j.Settings, in, 14 * texts}
}

// loads follows texts through a cascade. Those that the store has answers to are known up to the first judge that has to be asked
// about them; the others go the way of those before them.
func (o *outlook) loads(stage string, d stream, guess []reach) []load {
	rs := o.reaches(stage, guess)
	known := o.replays.stages[stage].asks
	out := make([]load, len(rs))
	unknown := max(0, d.n-known[0].answered-known[0].open)
	for i, r := range rs {
		k := known[i]
		out[i] = load{unknown + k.answered + k.open, stream{k.sends + unknown*r.calls, d.sure && (r.sure || unknown == 0)}, k, guess[i].looks}
		if i+1 < len(rs) && r.share > 0 {
			unknown = (unknown + k.open) * rs[i+1].share / r.share
		}
	}
	return out
}

// reaches is measured in the last tasks of the stage, else among the texts that are answered from the store, else it is as guessed.
func (o *outlook) reaches(stage string, guess []reach) []reach {
	out := make([]reach, len(guess))
	known := o.replays.stages[stage].asks
	link, sure := 1.0, true // of the texts of the judge before
	for i, g := range guess {
		if asked, ok := o.step(stage, i); ok {
			first := float64(o.asked[stage][0].Texts)
			out[i] = reach{float64(asked.Texts) / first, 1, true, g.looks}
			if asked.Texts > 0 {
				out[i].calls = float64(asked.Calls) / float64(asked.Texts)
				out[i].calls *= g.looks
			}
			continue
		}
		k := known[i]
		out[i] = reach{link, g.calls, false, g.looks}
		if n := k.answered + k.open; n >= enough {
			out[i].calls, out[i].sure = (k.calls+k.sends)/n, sure
		}
		if i+1 == len(guess) {
			break
		}
		step := 0.0
		if g.share > 0 {
			step = guess[i+1].share / g.share
		}
		if k.answered >= enough {
			step = (known[i+1].answered + known[i+1].open) / k.answered
		} else {
			sure = false
		}
		link *= step
	}
	return out
}
