-- What the record notes of its own projection, in one row. Times are milliseconds since 1970, UTC.

CREATE TABLE projection_notes (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    -- How often they were written.
    revision   INTEGER NOT NULL,
    -- JSON.
    notes      TEXT NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT;
