-- What passages are compared by, made when they are imported: an export reads these instead of all texts. Each row holds those of some
-- passages of an import, each with the passage's row. A passage that has none, imported by an older program, is read itself.

CREATE TABLE signatures (
    id     INTEGER PRIMARY KEY,
    import INTEGER NOT NULL REFERENCES imports(id),
    bytes  BLOB NOT NULL,               -- see store/signatures.go
    sum    INTEGER NOT NULL             -- of import and bytes
);
