-- Queries that were written in one reply with their documents: how they were asked for, and, where no passage was given, the document
-- that answers, which stands in place of the passage. It is written by a model, and judged as a passage of the corpus is.

CREATE TABLE composed (
    query INTEGER PRIMARY KEY REFERENCES queries(id) ON DELETE CASCADE,
    asked TEXT NOT NULL,
    docid TEXT NOT NULL DEFAULT '',     -- of the document, '': a passage was given
    text  TEXT NOT NULL DEFAULT '',
    sum   INTEGER NOT NULL
);
CREATE INDEX composed_docid ON composed(docid) WHERE docid <> '';
