-- What passages refer to, as the file said it that an import read: ids of passages that may come later, or never.

CREATE TABLE links (
    passage INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
    import  INTEGER NOT NULL REFERENCES imports(id),
    ids     TEXT NOT NULL,              -- a JSON list
    sum     INTEGER NOT NULL,
    PRIMARY KEY (import, passage)
) WITHOUT ROWID;
