-- Replies that came and could not be read, each of which was asked for again or failed its item. Those of before are not known.

ALTER TABLE calls ADD COLUMN unreadable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE spend ADD COLUMN unreadable INTEGER NOT NULL DEFAULT 0;
