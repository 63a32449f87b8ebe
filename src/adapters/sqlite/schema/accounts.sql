-- Accounts, their profiles, and who is logged in where. Times are milliseconds since 1970 UTC.

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    email_verified INTEGER NOT NULL,
    password TEXT NOT NULL,
    role TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE profiles (
    id INTEGER PRIMARY KEY,
    user_id INTEGER REFERENCES users (id),
    key TEXT UNIQUE,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX profiles_of_user ON profiles (user_id, created_at, id) WHERE user_id IS NOT NULL;

-- Refers to no other table: in production sessions live in another server than accounts.
CREATE TABLE sessions (
    token BLOB PRIMARY KEY,
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    profile_id INTEGER NOT NULL,
    device TEXT,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX sessions_of_user ON sessions (user_id, id);
CREATE INDEX sessions_by_end ON sessions (expires_at);
