-- Titles that a profile means to watch. Times are milliseconds since 1970, UTC.
CREATE TABLE watchlist (
    profile INTEGER NOT NULL,
    title INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (profile, title)
) STRICT, WITHOUT ROWID;

CREATE INDEX watchlist_latest ON watchlist (profile, created_at DESC, title);
