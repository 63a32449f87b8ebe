-- Who is logged in where, secrets that can be used once, and the keys that access tokens are signed with. They refer to
-- no other table: in production they live in another server than accounts. Times are milliseconds since 1970 UTC.

-- What was kept of older sessions proves nothing any more: everybody logs in again.
DROP TABLE sessions;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    profile_id INTEGER NOT NULL,
    via TEXT NOT NULL,
    secret BLOB NOT NULL,
    refresh BLOB,
    device TEXT,
    address TEXT,
    idle INTEGER NOT NULL, -- milliseconds
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_of_user ON sessions (user_id, created_at DESC, id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE one_time_secrets (
    hash BLOB PRIMARY KEY,
    means TEXT NOT NULL, -- JSON
    user_id INTEGER,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX one_time_secrets_of_user ON one_time_secrets (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX one_time_secrets_by_end ON one_time_secrets (expires_at);

CREATE TABLE signing_keys (
    number INTEGER PRIMARY KEY,
    private BLOB NOT NULL,
    public BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
