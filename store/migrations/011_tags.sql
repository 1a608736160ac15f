-- What an imported data set says of its queries beside their texts, as the set has it. Many queries share a row.
CREATE TABLE tags (
    id          INTEGER PRIMARY KEY,
    subset      TEXT NOT NULL,
    instruction TEXT NOT NULL,
    type        TEXT NOT NULL,
    sum         INTEGER NOT NULL,
    UNIQUE (subset, instruction, type)
);

ALTER TABLE queries ADD COLUMN tags INTEGER NOT NULL DEFAULT 0; -- 0: none

UPDATE queries SET sum = row_sum(recipe, passage, sample, key, text, outcome, reason, origin, call, given, tags);
