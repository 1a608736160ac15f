package store

import (
	"hardneg"
)

// QueryOutcome is what became of one sample of a passage.
type QueryOutcome struct {
	Query   hardneg.Query
	Norm    uint64
	Outcome hardneg.Outcome
	Reason  string
}

// CandidateOutcome is what became of one slot.
type CandidateOutcome struct {
	hardneg.Candidate
	StrategyNo int
	Outcome    hardneg.Outcome
	Reason     string
}

// Task identifies a unit of work and what is to be counted with it.
type Task struct {
	Recipe   int64
	Input    int64 // row of the passage or query
	Repaired []hardneg.Key
}

// finish writes the task's row. It reports false if the task had an outcome already, and nothing else may be saved then.
func (t *Tx) finish(k Task, o hardneg.Outcome, reason string) (bool, error) {
	id, err := t.insert("INSERT INTO tasks (recipe, input, outcome, reason) VALUES (?,?,?,?) ON CONFLICT DO NOTHING", k.Recipe, k.Input, o, reason)
	if err != nil || id == 0 {
		return false, err
	}
	t.finished = true
	for _, call := range k.Repaired {
		if err := t.repaired(call); err != nil {
			return false, err
		}
	}
	return true, nil
}

// repaired counts a reply that was readable only after a repair, once, however often it is read.
func (t *Tx) repaired(call hardneg.Key) error {
	s, err := t.markOnce("UPDATE calls SET repaired = 1 WHERE key = ? AND ok = 1 AND repaired = 0", call)
	if s != nil {
		s.repaired++
	}
	return err
}

// Unreadable counts a reply that could not be read, once, however often it is tried.
func (s *Store) Unreadable(call hardneg.Key) error {
	return s.write(func(t *Tx) error {
		s, err := t.markOnce("UPDATE calls SET unreadable = 1 WHERE key = ? AND ok = 1 AND unreadable = 0", call)
		if s != nil {
			s.unreadable++
		}
		return err
	})
}

// markOnce marks a call and returns the sums that it counts in; nil if it was marked before.
func (t *Tx) markOnce(update string, call hardneg.Key) (*spending, error) {
	res, err := t.exec(update, call[:])
	if err != nil {
		return nil, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return nil, err
	}
	var profile int64
	if err := t.one("SELECT profile FROM calls WHERE key = ? AND ok = 1", []any{call[:]}, &profile); err != nil {
		return nil, err
	}
	return t.spent(profile), nil
}

// SaveQueries saves the outcomes of a passage's samples. Samples that stand already are left as they are.
func (s *Store) SaveQueries(k Task, qs []QueryOutcome) error {
	return s.write(func(t *Tx) error {
		if fresh, err := t.finish(k, hardneg.Done, ""); err != nil || !fresh {
			return err
		}
		for _, q := range qs {
			origin, err := t.origin(q.Query.Origin)
			if err != nil {
				return err
			}
			id, err := t.insert(`INSERT INTO queries (recipe, passage, sample, key, text, norm, outcome, reason, origin, call, sum)
				VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`, k.Recipe, k.Input, q.Query.Sample, q.Query.Key[:], q.Query.Text, int64(q.Norm),
				q.Outcome, q.Reason, origin, keyOrNil(q.Query.Origin.Call), querySum(k.Recipe, k.Input, q.Query, q.Outcome, q.Reason, origin, "", 0))
			if err != nil {
				return err
			}
			if id == 0 {
				continue
			}
			t.count(k.Recipe, q.Outcome, q.Reason, 1)
			if err := t.composed(id, q.Query); err != nil {
				return err
			}
		}
		return nil
	})
}

func keyOrNil(k hardneg.Key) any {
	if k.IsZero() {
		return nil
	}
	return k[:]
}

// extra is the outcome under which counts keep numbers that only add to what later stages have planned.
const extra hardneg.Outcome = 9

// extraCandidates is the reason under which stage verify counts imported candidates of the queries that it kept.
const extraCandidates = "imported_candidates"

// kept is the outcome under which counts keep the numbers of rows that nothing else tells of, so that one that is gone is noticed.
const kept hardneg.Outcome = 10

// keptVerdicts is the reason under which the verdicts of a recipe are counted.
const keptVerdicts = "verdicts"

// SaveVerify saves the verdicts on a query's own passage, the opinions beside them, and what follows for the query.
func (s *Store) SaveVerify(k Task, vs []hardneg.Verdict, os []hardneg.Opinion, o hardneg.Outcome, reason string) error {
	return s.write(func(t *Tx) error {
		if fresh, err := t.finish(k, o, reason); err != nil || !fresh {
			return err
		}
		t.count(k.Recipe, o, reason, 1)
		if o == hardneg.Done {
			var n int64
			if err := t.one("SELECT count(*) FROM candidates WHERE query = ? AND recipe = 0", []any{k.Input}, &n); err != nil {
				return err
			}
			t.count(k.Recipe, extra, extraCandidates, n)
		}
		for _, v := range vs {
			if err := t.verdict(k, 0, v); err != nil {
				return err
			}
		}
		for _, o := range os {
			if err := t.opinion(k, 0, o); err != nil {
				return err
			}
		}
		return nil
	})
}

// SaveCandidates saves what became of the slots of a query.
func (s *Store) SaveCandidates(k Task, cs []CandidateOutcome) error {
	return s.write(func(t *Tx) error {
		if fresh, err := t.finish(k, hardneg.Done, ""); err != nil || !fresh {
			return err
		}
		for _, c := range cs {
			origin, err := t.origin(c.Origin)
			if err != nil {
				return err
			}
			id, err := t.insert(`INSERT INTO candidates (recipe, query, strategy, slot, key, docid, title, text, source, breaks, was, outcome, reason, origin, call, sum)
				VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`, k.Recipe, k.Input, c.StrategyNo, c.Slot, c.Key[:], c.DocID, c.Title, c.Text,
				c.Source, c.Breaks, c.Was, c.Outcome, c.Reason, origin, keyOrNil(c.Origin.Call),
				candidateSum(k.Recipe, k.Input, c.StrategyNo, c.Candidate, c.Outcome, c.Reason, origin))
			if err != nil {
				return err
			}
			if id != 0 {
				t.count(k.Recipe, c.Outcome, c.Reason, 1)
			}
		}
		return nil
	})
}

// CandidateVerdicts are the verdicts on one candidate that are new, and how its judging ended.
type CandidateVerdicts struct {
	Row      int64
	Verdicts []hardneg.Verdict
	Opinions []hardneg.Opinion
	Outcome  hardneg.Outcome // Done or Failed
	Reason   string
}

// SaveVerdicts saves the verdicts on a query's candidates, and what was decided on them if that is known. A query is judged whole or
// not at all.
func (s *Store) SaveVerdicts(k Task, cs []CandidateVerdicts, d *Decided) error {
	return s.write(func(t *Tx) error {
		if fresh, err := t.finish(k, hardneg.Done, ""); err != nil || !fresh {
			return err
		}
		for _, c := range cs {
			for _, v := range c.Verdicts {
				if err := t.verdict(k, c.Row, v); err != nil {
					return err
				}
			}
			for _, o := range c.Opinions {
				if err := t.opinion(k, c.Row, o); err != nil {
					return err
				}
			}
			t.count(k.Recipe, c.Outcome, c.Reason, 1)
		}
		if d == nil {
			return nil
		}
		return t.decide(*d)
	})
}

// verdict states, as stored.
const (
	stateUnsure = 4
	stateFailed = 5
)

// stored is a verdict in the two columns that say it.
func stored(v hardneg.Verdict) (state int, score any) {
	switch {
	case v.Failure != "":
		return stateFailed, nil
	case v.Unsure:
		return stateUnsure, nil
	}
	return v.Grade.Value(), v.Score
}

func (t *Tx) verdict(k Task, candidate int64, v hardneg.Verdict) error {
	if err := v.Validate(); err != nil {
		return err
	}
	origin, err := t.origin(v.Origin)
	if err != nil {
		return err
	}
	state, score := stored(v)
	_, err = t.insert(`INSERT INTO verdicts (query, recipe, candidate, step, state, score, failure, origin, call, sum) VALUES (?,?,?,?,?,?,?,?,?,?)`,
		k.Input, k.Recipe, candidate, v.Step, state, score, v.Failure, origin, keyOrNil(v.Origin.Call),
		verdictSum(k, candidate, v, state, origin))
	t.count(k.Recipe, kept, keptVerdicts, 1)
	return err
}

// CandidateDecision is what relabelling made of one candidate.
type CandidateDecision struct {
	Row      int64
	Decision hardneg.Decision
}

// Decided is the outcome of relabelling one query.
type Decided struct {
	Task       Task
	Candidates []CandidateDecision
}

// SaveDecisions saves the decisions on a query's candidates.
func (s *Store) SaveDecisions(d Decided) error {
	return s.write(func(t *Tx) error { return t.decide(d) })
}

func (t *Tx) decide(d Decided) error {
	k := d.Task
	if fresh, err := t.finish(k, hardneg.Done, ""); err != nil || !fresh {
		return err
	}
	for _, c := range d.Candidates {
		if _, err := t.insert("INSERT INTO decisions (query, recipe, candidate, label, why) VALUES (?,?,?,?,?)",
			k.Input, k.Recipe, c.Row, c.Decision.Label, c.Decision.Why); err != nil {
			return err
		}
		t.count(k.Recipe, hardneg.Done, c.Decision.Reason(), 1)
	}
	return nil
}
