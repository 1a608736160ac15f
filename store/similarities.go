package store

import "hardneg"

// Similarity is the cosine of a query and one of its texts.
type Similarity struct {
	Candidate int64 // the row; 0: the query's own passage
	Cosine    float64
}

// Similarities are those of a query, by the encoder that the recipe of its task names. A query of which a text got no vector has failed;
// what is known of its other texts is kept.
type Similarities struct {
	Task    Task
	Texts   []Similarity
	Outcome hardneg.Outcome // Done or Failed
	Reason  string
}

// SaveSimilarities saves those of several queries. What is known of a text stays as it is: its vector is stored, and has not changed.
func (s *Store) SaveSimilarities(all []Similarities) error {
	return s.write(func(t *Tx) error {
		for _, of := range all {
			if err := t.similarities(of); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *Tx) similarities(of Similarities) error {
	k := of.Task
	if fresh, err := t.finish(k, of.Outcome, of.Reason); err != nil || !fresh {
		return err
	}
	t.count(k.Recipe, of.Outcome, of.Reason, 1)
	for _, x := range of.Texts {
		if _, err := t.insert("INSERT INTO similarities (query, recipe, candidate, cosine, sum) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING",
			k.Input, k.Recipe, x.Candidate, x.Cosine, sumOf(k.Input, k.Recipe, x.Candidate, x.Cosine)); err != nil {
			return err
		}
	}
	return nil
}

// retrySimilarity makes the queries pending again of which a text got no vector. What is stored of their other texts is not asked for.
func (t *Tx) retrySimilarity(c Chain, reason string) (int64, error) {
	const failed = "FROM tasks WHERE recipe = ?1 AND outcome = 3 AND (?2 = '' OR reason = ?2)"
	if c.Similarity == 0 {
		return 0, nil
	}
	n, err := t.recount(c.Similarity, hardneg.Failed, "SELECT reason, count(*) "+failed+" GROUP BY reason", c.Similarity, reason)
	if err != nil || n == 0 {
		return 0, err
	}
	_, err = t.exec("DELETE "+failed, c.Similarity, reason)
	return n, err
}

// unmeasure makes queries pending under a recipe of similarities, of which texts are to come that they did not have, and takes them out of
// its counts.
func (t *Tx) unmeasure(recipe int64, sub string, args []any) error {
	const of = "FROM tasks WHERE recipe = ?3 AND input IN ("
	args = append(append([]any{}, args...), recipe)
	for _, o := range []hardneg.Outcome{hardneg.Done, hardneg.Failed} {
		if _, err := t.recount(recipe, o, "SELECT reason, count(*) "+of+sub+") AND outcome = ?4 GROUP BY reason", append(args[:3:3], o)...); err != nil {
			return err
		}
	}
	_, err := t.exec("DELETE "+of+sub+")", args...)
	return err
}
