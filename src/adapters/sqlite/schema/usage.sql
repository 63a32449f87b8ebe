-- How much is watched: what waits to be counted, what is remembered of sittings, and what was counted, by day and as
-- curves. What is kept beside keys and sums is packed, as the domain says (packed.rs). Times are milliseconds since
-- 1970, UTC.

-- Viewings that wait: those of reports are written by the transaction that folds the watch log.
CREATE TABLE usage_waiting (
    -- In the order in which they were kept.
    number     INTEGER PRIMARY KEY,
    id         BLOB NOT NULL UNIQUE,
    at         INTEGER NOT NULL,
    viewings   BLOB NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT;

CREATE INDEX usage_waiting_oldest ON usage_waiting (at);

-- One row: how often something was counted.
CREATE TABLE usage_turn (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    number     INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT;

INSERT INTO usage_turn (id) VALUES (1);

-- Both names are one-way hashes. The viewer comes first, so that one can be erased without reading the others.
CREATE TABLE usage_sittings (
    viewer     BLOB NOT NULL,
    play       BLOB NOT NULL,
    counted    BLOB NOT NULL,
    revision   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (viewer, play)
) STRICT, WITHOUT ROWID;

CREATE INDEX usage_sittings_written ON usage_sittings (updated_at);

CREATE TABLE usage_days (
    -- What it is of: site, title or episode; the id of the site is 0.
    kind       TEXT NOT NULL,
    id         INTEGER NOT NULL,
    -- 20261130 is the 30th of November 2026.
    day        INTEGER NOT NULL,
    plays      INTEGER NOT NULL,
    views      INTEGER NOT NULL,
    seconds    REAL NOT NULL,
    tallies    BLOB NOT NULL,
    revision   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id, day)
) STRICT;

-- Has the sums, so that titles are compared without reading what is packed.
CREATE INDEX usage_days_in_order ON usage_days (day, kind, id, plays, views, seconds);

CREATE TABLE usage_curves (
    kind       TEXT NOT NULL,
    id         INTEGER NOT NULL,
    curve      BLOB NOT NULL,
    revision   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
