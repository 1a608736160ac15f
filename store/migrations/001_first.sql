-- Numbers in columns named recipe, passage, query, candidate, import, origin, profile and static are rowids of this file;
-- none of them leaves it. Keys are the 16-byte hashes of hardneg.Key. A sum is an xxhash64 of its row, which `gen check`
-- compares (store/sums.go).

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- One row a file that was read. Rows of a file that did not end cleanly are deleted at the next start.
CREATE TABLE imports (
    id       INTEGER PRIMARY KEY,
    path     TEXT NOT NULL,
    format   TEXT NOT NULL,
    content  TEXT NOT NULL,             -- sha256 of what was read: a file is imported once, by content
    quick    TEXT NOT NULL,             -- size, time and inode: spares reading an unchanged file again
    shard    TEXT NOT NULL DEFAULT '',
    complete INTEGER NOT NULL DEFAULT 0,
    lines    INTEGER NOT NULL DEFAULT 0,
    added    INTEGER NOT NULL DEFAULT 0,
    repeated INTEGER NOT NULL DEFAULT 0, -- the same passage again
    bad      INTEGER NOT NULL DEFAULT 0,
    at       INTEGER NOT NULL
);

CREATE TABLE problems (
    import  INTEGER NOT NULL REFERENCES imports(id) ON DELETE CASCADE,
    file    TEXT NOT NULL,
    line    INTEGER NOT NULL,
    message TEXT NOT NULL
);

CREATE TABLE passages (
    id     INTEGER PRIMARY KEY,
    key    TEXT NOT NULL UNIQUE,
    title  TEXT NOT NULL,
    text   TEXT NOT NULL,
    import INTEGER NOT NULL REFERENCES imports(id),
    line   INTEGER NOT NULL,
    own    INTEGER NOT NULL DEFAULT 0,  -- the import that brought its queries: none is generated
    sum    INTEGER NOT NULL             -- of key, title and text
);

-- Features of the passages with the lowest key hashes of the whole corpus, for the style card.
CREATE TABLE style_sample (
    hash     BLOB PRIMARY KEY,
    features BLOB NOT NULL
) WITHOUT ROWID;

-- What decides the outcomes of a stage: its own parameters and the recipe of the stage before.
CREATE TABLE recipes (
    id     INTEGER PRIMARY KEY,
    stage  TEXT NOT NULL,
    hash   BLOB NOT NULL UNIQUE,        -- of the whole chain
    own    BLOB NOT NULL,               -- of this stage alone
    parent INTEGER NOT NULL,
    about  TEXT NOT NULL
);

-- One row a finished unit of work; the log that the stage after it follows by rowid.
CREATE TABLE tasks (
    id      INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again, so that a position in the log stays one
    recipe  INTEGER NOT NULL,
    input   INTEGER NOT NULL,           -- passage (stage queries) or query
    outcome INTEGER NOT NULL,
    reason  TEXT NOT NULL DEFAULT '',
    UNIQUE (recipe, input)
);

CREATE TABLE retries (
    recipe INTEGER NOT NULL,
    input  INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (recipe, input)
) WITHOUT ROWID;

CREATE TABLE origins (
    id     INTEGER PRIMARY KEY,
    method TEXT NOT NULL,
    model  TEXT NOT NULL,
    prompt TEXT NOT NULL,
    UNIQUE (method, model, prompt)
);

CREATE TABLE queries (
    id      INTEGER PRIMARY KEY,
    recipe  INTEGER NOT NULL,           -- 0: imported
    passage INTEGER NOT NULL REFERENCES passages(id),
    sample  INTEGER NOT NULL,
    key     BLOB NOT NULL,
    text    TEXT NOT NULL,
    norm    INTEGER NOT NULL,           -- hash of the normal form: equal texts have equal ones
    outcome INTEGER NOT NULL,
    reason  TEXT NOT NULL DEFAULT '',
    origin  INTEGER NOT NULL,
    call    BLOB,
    given   TEXT NOT NULL DEFAULT '',   -- id in the imported file
    import  INTEGER NOT NULL DEFAULT 0, -- 0: made by this run
    sum     INTEGER NOT NULL,           -- of key, text and given
    UNIQUE (passage, recipe, sample)
);
CREATE INDEX queries_key ON queries(key);

CREATE TABLE candidates (
    id       INTEGER PRIMARY KEY,
    recipe   INTEGER NOT NULL,          -- 0: imported
    query    INTEGER NOT NULL REFERENCES queries(id),
    strategy INTEGER NOT NULL,          -- position in generate.negatives
    slot     INTEGER NOT NULL,
    key      BLOB NOT NULL,
    docid    TEXT NOT NULL DEFAULT '',  -- '': the key
    title    TEXT NOT NULL DEFAULT '',
    text     TEXT NOT NULL,
    source   TEXT NOT NULL,
    breaks   TEXT NOT NULL DEFAULT '',
    was      TEXT NOT NULL,
    outcome  INTEGER NOT NULL,
    reason   TEXT NOT NULL DEFAULT '',
    origin   INTEGER NOT NULL,
    call     BLOB,
    import   INTEGER NOT NULL DEFAULT 0,
    sum      INTEGER NOT NULL,          -- of key, docid, title, text, source, breaks and was
    UNIQUE (query, recipe, strategy, slot)
);
CREATE INDEX candidates_key ON candidates(key);

-- One row a judge that was asked about a text. Candidate 0 is the query's own passage.
CREATE TABLE verdicts (
    query     INTEGER NOT NULL REFERENCES queries(id),
    recipe    INTEGER NOT NULL,
    candidate INTEGER NOT NULL,
    step      INTEGER NOT NULL,
    state     INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5), -- grade, 4 unsure, 5 failed
    score     REAL,                     -- null unless graded
    failure   TEXT NOT NULL DEFAULT '',
    origin    INTEGER NOT NULL,
    call      BLOB,
    sum       INTEGER NOT NULL,         -- of query, recipe, candidate, step, state, score and failure
    PRIMARY KEY (query, recipe, candidate, step),
    CHECK ((state < 4) = (score IS NOT NULL)),
    CHECK ((state = 5) = (failure <> ''))
) WITHOUT ROWID;

CREATE TABLE decisions (
    query     INTEGER NOT NULL REFERENCES queries(id),
    recipe    INTEGER NOT NULL,
    candidate INTEGER NOT NULL,
    label     TEXT NOT NULL,
    why       TEXT NOT NULL,
    PRIMARY KEY (query, recipe, candidate)
) WITHOUT ROWID;

-- Items per stage, outcome and reason, kept in the transactions that change them.
CREATE TABLE counts (
    recipe  INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    reason  TEXT NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (recipe, outcome, reason)
) WITHOUT ROWID;

CREATE TABLE totals (
    name TEXT PRIMARY KEY,
    n    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE profiles (
    id       INTEGER PRIMARY KEY,
    stage    TEXT NOT NULL,
    role     TEXT NOT NULL,
    model    TEXT NOT NULL,
    provider TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    prompt   TEXT NOT NULL,
    UNIQUE (stage, role, model, provider, endpoint, prompt)
);

CREATE TABLE statics (
    id   INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    body BLOB NOT NULL                  -- packed
);

-- Every request that was sent, whatever came of it. At most one usable reply a key.
CREATE TABLE calls (
    id          INTEGER PRIMARY KEY,
    key         BLOB NOT NULL,
    ok          INTEGER NOT NULL,
    profile     INTEGER NOT NULL REFERENCES profiles(id),
    input       TEXT NOT NULL,
    sample      INTEGER NOT NULL,
    attempt     INTEGER NOT NULL,
    static      INTEGER NOT NULL REFERENCES statics(id),
    request     BLOB NOT NULL,          -- packed
    reply       BLOB,                   -- packed
    failure     TEXT NOT NULL DEFAULT '',
    class       TEXT NOT NULL DEFAULT '',
    status      INTEGER NOT NULL DEFAULT 0,
    finish      TEXT NOT NULL DEFAULT '',
    prompt      INTEGER NOT NULL DEFAULT 0,
    cached      INTEGER NOT NULL DEFAULT 0,
    completion  INTEGER NOT NULL DEFAULT 0,
    estimated   INTEGER NOT NULL DEFAULT 0,
    cost        INTEGER NOT NULL DEFAULT 0, -- billionths of a dollar
    unconfirmed INTEGER NOT NULL DEFAULT 0,
    repaired    INTEGER NOT NULL DEFAULT 0, -- readable only after a repair
    latency     INTEGER NOT NULL DEFAULT 0, -- microseconds
    at          INTEGER NOT NULL            -- milliseconds since 1970
);
CREATE UNIQUE INDEX calls_ok ON calls(key) WHERE ok = 1;
CREATE INDEX calls_failed ON calls(key) WHERE ok = 0;

CREATE TABLE spend (
    profile     INTEGER PRIMARY KEY REFERENCES profiles(id),
    ok          INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0,
    repaired    INTEGER NOT NULL DEFAULT 0,
    prompt      INTEGER NOT NULL DEFAULT 0,
    cached      INTEGER NOT NULL DEFAULT 0,
    completion  INTEGER NOT NULL DEFAULT 0,
    cost        INTEGER NOT NULL DEFAULT 0,
    unconfirmed INTEGER NOT NULL DEFAULT 0,
    latency     INTEGER NOT NULL DEFAULT 0
);
