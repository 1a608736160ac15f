-- What was said of a text beside the verdict that counts: by the judges whose opinions were combined into it, and by second looks.
-- Nothing is decided by these rows; a verdict that is dropped takes them along.

CREATE TABLE opinions (
    query     INTEGER NOT NULL REFERENCES queries(id),
    recipe    INTEGER NOT NULL,
    candidate INTEGER NOT NULL,
    step      INTEGER NOT NULL,
    n         INTEGER NOT NULL,         -- place among those of a step
    role      TEXT NOT NULL,            -- '': was combined; else which second look it is: swap, repeat, audit
    state     INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5), -- as of verdicts
    score     REAL,
    failure   TEXT NOT NULL DEFAULT '',
    same      INTEGER NOT NULL DEFAULT 0, -- a second look that says what the first said
    origin    INTEGER NOT NULL,
    call      BLOB,
    PRIMARY KEY (query, recipe, candidate, step, n)
) WITHOUT ROWID;
CREATE INDEX opinions_looks ON opinions(recipe, step, role) WHERE role <> '';
