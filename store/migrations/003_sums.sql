-- Every row that decides what is exported, or what is asked for again, carries a sum of all that it says (store/sums.go: row_sum).
-- What stands in the file is taken as sound: its sums are made now.

ALTER TABLE meta ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recipes ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE origins ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE profiles ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;

UPDATE meta SET sum = row_sum(name, value);
UPDATE recipes SET sum = row_sum(stage, hash, own, parent, about);
UPDATE origins SET sum = row_sum(method, model, prompt);
UPDATE profiles SET sum = row_sum(stage, role, model, provider, endpoint, prompt);
UPDATE calls SET sum = row_sum(key, ok, profile, input, sample, attempt, static, request, reply, failure, class, status, finish,
    prompt, cached, completion, estimated, cost, unconfirmed, latency, at);
UPDATE queries SET sum = row_sum(recipe, passage, sample, key, text, outcome, reason, origin, call, given);
UPDATE candidates SET sum = row_sum(recipe, query, strategy, slot, key, docid, title, text, source, breaks, was, outcome, reason, origin, call);
UPDATE verdicts SET sum = row_sum(query, recipe, candidate, step, state, score, failure, origin, call);

-- The number of verdicts of each recipe: a row that is gone has no sum left to tell.
INSERT INTO counts (recipe, outcome, reason, n) SELECT recipe, 10, 'verdicts', count(*) FROM verdicts GROUP BY recipe;
