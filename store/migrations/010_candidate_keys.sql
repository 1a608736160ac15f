-- Keys are hashes, so an index by them alone changed a page of its own for every text: a fifth of what a commit wrote. By query, texts
-- that are saved together stand together. A text whose query is not known is found by a scan of the index.
DROP INDEX candidates_key;
CREATE INDEX candidates_key ON candidates(query, key);
