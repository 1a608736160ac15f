-- Requests that are answered through files: the Batch API of a provider, or an engine that reads request files. State is kept in
-- two numbers, each committed before the step after it: a request without a batch is planned; a batch is 1 built, 2 uploaded,
-- 3 submitted, 4 collected.

CREATE TABLE batches (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE,        -- from what is in it: the batch is found by it at the provider
    role       TEXT NOT NULL,
    model      TEXT NOT NULL,
    endpoint   TEXT NOT NULL,
    state      INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    requests   INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    sum        TEXT NOT NULL,               -- sha256 of the file
    file       TEXT NOT NULL DEFAULT '',    -- the provider's id of the file
    remote     TEXT NOT NULL DEFAULT '',    -- the provider's id of the batch
    status     TEXT NOT NULL DEFAULT '',    -- the provider's word
    completed  INTEGER NOT NULL DEFAULT 0,  -- the provider's counts
    failed     INTEGER NOT NULL DEFAULT 0,
    held       INTEGER NOT NULL DEFAULT 0,  -- how often it was refused because too much was waiting
    not_before INTEGER NOT NULL DEFAULT 0,  -- milliseconds since 1970
    repeated   INTEGER NOT NULL DEFAULT 0,  -- lines of the results: for a request that was answered before
    unknown    INTEGER NOT NULL DEFAULT 0,  -- for none of our requests
    missing    INTEGER NOT NULL DEFAULT 0,  -- requests without a line
    at         INTEGER NOT NULL
);

CREATE TABLE batch_requests (
    id         INTEGER PRIMARY KEY,
    key        BLOB NOT NULL UNIQUE,
    profile    INTEGER NOT NULL REFERENCES profiles(id),
    input      TEXT NOT NULL,
    sample     INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    static     INTEGER NOT NULL REFERENCES statics(id),
    request    BLOB NOT NULL,               -- packed as in calls
    body       BLOB,                        -- what goes to the server, packed; null once there is an answer
    prompt     INTEGER NOT NULL,            -- tokens at most
    completion INTEGER NOT NULL,
    estimate   INTEGER NOT NULL,            -- tokens of the prompt, where the server does not count them
    pass       INTEGER NOT NULL,            -- the newest look at the pending items that asked for it
    batch      INTEGER REFERENCES batches(id),
    asked      INTEGER NOT NULL DEFAULT 0,  -- batches that it was in: equal requests make another batch the second time
    rounds     INTEGER NOT NULL DEFAULT 0,  -- of those, ones that brought no usable answer; a retry begins anew
    state      INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 2), -- 0 open, 1 answered, 2 failed for good
    failure    TEXT NOT NULL DEFAULT '',    -- the last one
    class      TEXT NOT NULL DEFAULT '',
    status     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX batch_requests_batch ON batch_requests(batch) WHERE state = 0;
