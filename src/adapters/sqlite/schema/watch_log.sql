-- The watch log: everything that changes what profiles have watched, from which plays, states and watched titles are
-- folded. The name of a profile's log is what ProfileId::tombstone makes of its id. Times are milliseconds since 1970,
-- UTC.

CREATE TABLE watch_log (
    log      TEXT NOT NULL,
    -- Which entry of the log, from 1.
    sequence INTEGER NOT NULL,
    -- The stream that it was written in, a UUID, and its number there; not there in the last entry of an erased profile.
    stream   BLOB,
    number   INTEGER,
    -- Not there once the profile is erased, nor what changed.
    profile  INTEGER,
    -- JSON.
    causes   TEXT,
    at       INTEGER NOT NULL,
    PRIMARY KEY (log, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX watch_log_streams_written ON watch_log (stream, number);

-- How far each log is folded.
CREATE TABLE watch_log_folds (
    log        TEXT PRIMARY KEY,
    folded     INTEGER NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT, WITHOUT ROWID;

-- How far each stream is folded.
CREATE TABLE watch_log_streams (
    id         BLOB PRIMARY KEY,
    folded     INTEGER NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT, WITHOUT ROWID;
