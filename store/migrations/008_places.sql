-- Where a text stood in the request of a second look, and in that of the first one, from 1. 0: of before, or not known.

ALTER TABLE opinions ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE opinions ADD COLUMN was_at INTEGER NOT NULL DEFAULT 0;
