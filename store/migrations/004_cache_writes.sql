-- Tokens that a provider has put into its cache cost more than others with some, so they are counted apart from those that it read.

ALTER TABLE calls ADD COLUMN written INTEGER NOT NULL DEFAULT 0;
ALTER TABLE spend ADD COLUMN written INTEGER NOT NULL DEFAULT 0;

UPDATE calls SET sum = row_sum(key, ok, profile, input, sample, attempt, static, request, reply, failure, class, status, finish,
    prompt, cached, completion, estimated, cost, unconfirmed, latency, at, written);
