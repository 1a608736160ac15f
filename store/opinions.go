package store

import (
	"context"

	"hardneg"
)

// opinion saves what was said of a text beside its verdict.
func (t *Tx) opinion(k Task, candidate int64, o hardneg.Opinion) error {
	if err := o.Validate(); err != nil {
		return err
	}
	origin, err := t.origin(o.Origin)
	if err != nil {
		return err
	}
	state, score := stored(o.Verdict)
	_, err = t.insert(`INSERT INTO opinions (query, recipe, candidate, step, n, role, state, score, failure, same, origin, call, place, was_at)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`, k.Input, k.Recipe, candidate, o.Step, o.N, o.Role, state, score, o.Failure, o.Same, origin, keyOrNil(o.Origin.Call),
		o.Place, o.WasAt)
	return err
}

// dropOpinions deletes those beside verdicts that are gone.
func (t *Tx) dropOpinions(recipe int64) error {
	_, err := t.exec(`DELETE FROM opinions WHERE recipe = ?1 AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.query = opinions.query
		AND v.recipe = opinions.recipe AND v.candidate = opinions.candidate AND v.step = opinions.step)`, recipe)
	return err
}

// Opinions returns what was said of the texts of a query beside the verdicts of a recipe, by candidate (0: its own passage), in the
// order of the steps.
func (s *Store) Opinions(ctx context.Context, query, recipe int64) (map[int64][]hardneg.Opinion, error) {
	r, err := s.rowsOf(ctx, `SELECT gen_rows(v.candidate, `+verdictColumns+`, v.n, v.role, v.same, v.place, v.was_at ORDER BY v.candidate, v.step, v.n)
		FROM opinions v WHERE v.query = ?1 AND v.recipe = ?2`, query, recipe)
	if err != nil {
		return nil, err
	}
	out := map[int64][]hardneg.Opinion{}
	for r.more() {
		candidate := r.integer()
		var o hardneg.Opinion
		r.verdict(&o.Verdict)
		o.N, o.Role, o.Same, o.Place, o.WasAt = r.int(), r.text(), r.integer() != 0, r.int(), r.int()
		out[candidate] = append(out[candidate], o)
	}
	return out, r.failed()
}

// Looks are the second looks of one kind at the texts of a step.
type Looks struct {
	Step   int
	Role   string
	Texts  int64
	Same   int64    // said what the first look said
	Failed int64    // could not be asked or read
	Unsure int64    // could not decide
	Grades [4]int64 // by grade
}

// Looks sums up the second looks under a recipe of stage verify or judge, by step and kind. It reads these rows only.
func (s *Store) Looks(ctx context.Context, recipe int64) ([]Looks, error) {
	var out []Looks
	err := s.each(ctx, `SELECT step, role, count(*), sum(same), sum(state = 5), sum(state = 4), sum(state = 0), sum(state = 1), sum(state = 2), sum(state = 3)
		FROM opinions WHERE recipe = ?1 AND role <> '' GROUP BY step, role ORDER BY step, role`, []any{recipe}, func(scan scanner) error {
		var l Looks
		err := scan(&l.Step, &l.Role, &l.Texts, &l.Same, &l.Failed, &l.Unsure, &l.Grades[0], &l.Grades[1], &l.Grades[2], &l.Grades[3])
		out = append(out, l)
		return err
	})
	return out, err
}

// Swap is a text to which a judge gave a grade in two places.
type Swap struct {
	Query        int64 // the row
	First, Again Placed
}

// Placed is the grade of a text in a place, from 1.
type Placed struct{ Place, Grade int }

// Swaps calls yield with the texts of a step that were looked at a second time in the opposite order and got a grade both times, those
// of a query one after the other. Where several judges were asked it is the first one's grade. It reads the sample only.
func (s *Store) Swaps(ctx context.Context, recipe int64, step int, yield func(Swap)) error {
	return s.each(ctx, `SELECT o.query, o.was_at, coalesce(f.state, v.state), o.place, o.state FROM opinions o
		JOIN verdicts v ON v.query = o.query AND v.recipe = o.recipe AND v.candidate = o.candidate AND v.step = o.step
		LEFT JOIN opinions f ON f.query = o.query AND f.recipe = o.recipe AND f.candidate = o.candidate AND f.step = o.step AND f.n = 0 AND f.role = ''
		WHERE o.recipe = ?1 AND o.step = ?2 AND o.role = 'swap' AND o.place > 0 AND o.was_at > 0 AND o.state <= 3 AND coalesce(f.state, v.state) <= 3
		ORDER BY o.query, o.candidate`, []any{recipe, step}, func(scan scanner) error {
		var w Swap
		if err := scan(&w.Query, &w.First.Place, &w.First.Grade, &w.Again.Place, &w.Again.Grade); err != nil {
			return err
		}
		yield(w)
		return nil
	})
}
