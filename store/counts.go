package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"hardneg"
)

type countKey struct {
	recipe  int64
	outcome hardneg.Outcome
	reason  string
}

// count adds to the number of items of a stage with an outcome.
func (t *Tx) count(recipe int64, o hardneg.Outcome, reason string, n int64) {
	t.counts[countKey{recipe, o, reason}] += n
}

// total adds to a number that is not an outcome: passages, own_queries, ….
func (t *Tx) total(name string, n int64) error {
	_, err := t.exec("INSERT INTO totals (name, n) VALUES (?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n", name, n)
	return err
}

// flush writes the sums of the transaction.
func (t *Tx) flush() error {
	for k, n := range t.counts {
		if n == 0 {
			continue
		}
		if _, err := t.exec(`INSERT INTO counts (recipe, outcome, reason, n) VALUES (?,?,?,?)
			ON CONFLICT DO UPDATE SET n = n + excluded.n`, k.recipe, k.outcome, k.reason, n); err != nil {
			return err
		}
	}
	for profile, s := range t.spend {
		if _, err := t.exec(`INSERT INTO spend (profile, ok, failed, repaired, unreadable, prompt, cached, completion, cost, unconfirmed, latency, written)
			VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET ok = ok + excluded.ok, failed = failed + excluded.failed,
			repaired = repaired + excluded.repaired, unreadable = unreadable + excluded.unreadable, prompt = prompt + excluded.prompt, cached = cached + excluded.cached,
			completion = completion + excluded.completion, cost = cost + excluded.cost, unconfirmed = unconfirmed + excluded.unconfirmed,
			latency = latency + excluded.latency, written = written + excluded.written`,
			profile, s.ok, s.failed, s.repaired, s.unreadable, s.prompt, s.cached, s.completion, s.cost, s.unconfirmed, s.latency, s.written); err != nil {
			return err
		}
	}
	return nil
}

// Tally is the number of items of one stage with one outcome and reason.
type Tally struct {
	Recipe  int64
	Outcome hardneg.Outcome
	Reason  string
	N       int64
}

// Tallies returns the counts of recipes.
func (s *Store) Tallies(ctx context.Context) ([]Tally, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT recipe, outcome, reason, n FROM counts WHERE n <> 0 AND outcome < ? ORDER BY recipe, outcome, n DESC, reason", kept)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []Tally
	for rows.Next() {
		var t Tally
		if err := rows.Scan(&t.Recipe, &t.Outcome, &t.Reason, &t.N); err != nil {
			return nil, readError(err)
		}
		out = append(out, t)
	}
	return out, rowsError(rows)
}

// Totals returns the numbers that are no outcomes: passages, own_passages, own_queries, own_duplicates (of the own
// queries, those that were rejected as such), imported_candidates.
func (s *Store) Totals(ctx context.Context) (map[string]int64, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT name, n FROM totals")
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return nil, readError(err)
		}
		out[name] = n
	}
	return out, rowsError(rows)
}

// Spend is what was spent on one model at one endpoint. Latency is the sum over usable replies, in microseconds.
type Spend struct {
	Stage, Role, Model, Provider, Endpoint string
	OK, Failed, Repaired                   int64
	Unreadable                             int64 // of those that are OK: they came, and were no answer
	Usage                                  hardneg.Usage
	Cost, Unconfirmed                      hardneg.USD
	Latency                                int64
}

// Spending returns what was spent, by stage, model and endpoint.
func (s *Store) Spending(ctx context.Context) ([]Spend, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT p.stage, p.role, p.model, p.provider, p.endpoint, sum(s.ok), sum(s.failed), sum(s.repaired), sum(s.unreadable), sum(s.prompt),
		sum(s.cached), sum(s.completion), sum(s.cost), sum(s.unconfirmed), sum(s.latency), sum(s.written)
		FROM spend s JOIN profiles p ON p.id = s.profile GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []Spend
	for rows.Next() {
		var x Spend
		var cost, unconfirmed int64
		if err := rows.Scan(&x.Stage, &x.Role, &x.Model, &x.Provider, &x.Endpoint, &x.OK, &x.Failed, &x.Repaired, &x.Unreadable, &x.Usage.Prompt, &x.Usage.Cached,
			&x.Usage.Completion, &cost, &unconfirmed, &x.Latency, &x.Usage.Written); err != nil {
			return nil, readError(err)
		}
		x.Cost, x.Unconfirmed = hardneg.USD(cost), hardneg.USD(unconfirmed)
		out = append(out, x)
	}
	return out, rowsError(rows)
}

// EqualQueries is how many of the last queries, of most at most, are equal to another one of them, whatever became of them.
func (s *Store) EqualQueries(ctx context.Context, most int) (n, equal int64, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT count(*), count(*) - count(DISTINCT norm) FROM
		(SELECT norm FROM queries WHERE recipe <> 0 AND text <> '' ORDER BY id DESC LIMIT ?)`, most).Scan(&n, &equal)
	if err != nil {
		return 0, 0, readError(err)
	}
	return n, equal, nil
}

// scanKey reads a key column, which has any length in a damaged file.
type scanKey struct{ to *hardneg.Key }

func (k scanKey) Scan(v any) error {
	b, _ := v.([]byte)
	if len(b) != len(k.to) {
		return fmt.Errorf("a key of %d bytes", len(b))
	}
	*k.to = hardneg.Key(b)
	return nil
}

func rowsError(rows *sql.Rows) error {
	if err := rows.Err(); err != nil {
		return readError(err)
	}
	return nil
}

// Meta returns a value that is kept with the run, nil if there is none.
func (s *Store) Meta(ctx context.Context, name string) ([]byte, error) {
	var b []byte
	err := s.readers.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = ?", name).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, readError(err)
	}
	return b, nil
}

// SetMeta keeps values with the run, all or none.
func (s *Store) SetMeta(values map[string][]byte) error {
	return s.write(func(t *Tx) error {
		for name, v := range values {
			if _, err := t.exec("INSERT INTO meta (name, value, sum) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value, sum = excluded.sum",
				name, v, sumOf(name, v)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Recipe is what decides the outcomes of a stage.
type Recipe struct {
	ID     int64
	Stage  string
	Own    hardneg.Key // parameters of this stage
	Hash   hardneg.Key // of the whole chain up to this stage
	Parent int64
	About  string // the parameters in words, for people
	After  string // for AddRecipes: the stage that it follows, where that is not the one before it
}

// FindRecipe returns the recipe with a hash; its ID is 0 if the run has none.
func (s *Store) FindRecipe(ctx context.Context, hash hardneg.Key) (Recipe, error) {
	r := Recipe{Hash: hash}
	err := s.readers.QueryRowContext(ctx, "SELECT id, stage, own, parent, about FROM recipes WHERE hash = ?", hash[:]).
		Scan(&r.ID, &r.Stage, scanKey{&r.Own}, &r.Parent, &r.About)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	if err != nil {
		return r, readError(err)
	}
	return r, nil
}

// AddRecipes makes sure that the recipes exist and returns them with their IDs. They stand in the order of the stages; each
// is the parent of the next.
func (s *Store) AddRecipes(rs []Recipe) ([]Recipe, error) {
	out := make([]Recipe, len(rs))
	err := s.write(func(t *Tx) error {
		var parent int64
		ids := map[string]int64{}
		for i, r := range rs {
			if r.Parent = parent; r.After != "" {
				r.Parent = ids[r.After]
			}
			err := t.one("SELECT id FROM recipes WHERE hash = ?", []any{r.Hash[:]}, &r.ID)
			if errors.Is(err, sql.ErrNoRows) {
				r.ID, err = t.insert("INSERT INTO recipes (stage, hash, own, parent, about, sum) VALUES (?,?,?,?,?,?)", r.Stage, r.Hash[:], r.Own[:], r.Parent, r.About,
					sumOf(r.Stage, r.Hash[:], r.Own[:], r.Parent, r.About))
			}
			if err != nil {
				return err
			}
			out[i], parent = r, r.ID
			ids[r.Stage] = r.ID
		}
		return nil
	})
	return out, err
}

// IsImportedCandidates reports whether a tally is no outcome, but the imported candidates of the queries that stage verify kept.
func IsImportedCandidates(t Tally) bool { return t.Outcome == extra && t.Reason == extraCandidates }

// Recent returns how many of the last calls were made in what time: the number, and when the first and the last of them began, in
// milliseconds since 1970.
func (s *Store) Recent(ctx context.Context, n int) (calls, first, last int64, err error) {
	err = s.readers.QueryRowContext(ctx, "SELECT count(*), coalesce(min(at), 0), coalesce(max(at), 0) FROM (SELECT at FROM calls ORDER BY id DESC LIMIT ?)", n).
		Scan(&calls, &first, &last)
	if err != nil {
		err = readError(err)
	}
	return calls, first, last, err
}
