-- Forgetting people. A tombstone is what ProfileId::tombstone makes of an id: it shows nothing of it. Times are
-- milliseconds since 1970, UTC.

-- Profiles of which nothing may be recorded any more.
CREATE TABLE erased_profiles (
    trace TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT, WITHOUT ROWID;

-- How many viewers of a title are erased.
CREATE TABLE departed_viewers (
    title INTEGER PRIMARY KEY,
    viewers INTEGER NOT NULL,
    waiting INTEGER NOT NULL DEFAULT 1, -- 1: the title's watchers do not count them yet
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT;

CREATE INDEX departed_viewers_waiting ON departed_viewers (title) WHERE waiting = 1;

-- Profiles whose edges the graph refuses.
CREATE TABLE graph_erased_profiles (
    trace TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT, WITHOUT ROWID;
