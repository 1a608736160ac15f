-- How similar queries are to their texts, by an encoder. The recipe names the encoder, and stands beside that of stage relabel.

CREATE TABLE similarities (
    query     INTEGER NOT NULL REFERENCES queries(id),
    recipe    INTEGER NOT NULL,
    candidate INTEGER NOT NULL,         -- 0: the query's own passage
    cosine    REAL NOT NULL CHECK (cosine BETWEEN -1 AND 1),
    sum       INTEGER NOT NULL,
    PRIMARY KEY (query, recipe, candidate)
) WITHOUT ROWID;

-- Where the vector of a text stands: in the reply of a call, at a place that is counted from 0. The text is named by the hash of all
-- that decides its vector; of two vectors of one text the first counts.
CREATE TABLE vectors (
    text  BLOB PRIMARY KEY,
    call  INTEGER NOT NULL,
    place INTEGER NOT NULL,
    sum   INTEGER NOT NULL
) WITHOUT ROWID;

-- The vectors of before are found by the requests that are stored with them.
INSERT INTO vectors (text, call, place, sum)
SELECT unhex(j.value), c.id, j.key, row_sum(unhex(j.value), c.id, j.key)
FROM calls c JOIN profiles p ON p.id = c.profile, json_each(unpacked(c.request), '$.texts') j
WHERE c.ok = 1 AND p.prompt IN ('vector of a query', 'vectors of passages') ORDER BY c.id, j.key ON CONFLICT DO NOTHING;
