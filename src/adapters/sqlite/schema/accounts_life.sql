-- The whole life of an account: other sites' log-ins, keys, what was done, mail that waits, people to forget.
-- Times are milliseconds since 1970 UTC. No table refers to another: a profile outlives its account until it is
-- forgotten, and the statements of one write say themselves what goes with an account.

-- Loses the reference, and goes first: nothing refers to `users` any more when that is made anew.
CREATE TABLE new_profiles (
    id INTEGER PRIMARY KEY,
    user_id INTEGER,
    key TEXT UNIQUE,
    name TEXT NOT NULL,
    max_age INTEGER,
    language TEXT,
    pin TEXT,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO new_profiles (id, user_id, key, name, revision, created_at, updated_at)
    SELECT id, user_id, key, name, revision, created_at, updated_at FROM profiles;
DROP TABLE profiles;
ALTER TABLE new_profiles RENAME TO profiles;

CREATE INDEX profiles_of_user ON profiles (user_id, created_at, id) WHERE user_id IS NOT NULL;

CREATE TABLE new_users (
    id INTEGER PRIMARY KEY,
    email TEXT UNIQUE,
    email_verified INTEGER NOT NULL,
    password TEXT,
    role TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    disabled_at INTEGER,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO new_users (id, email, email_verified, password, role, epoch, revision, created_at, updated_at)
    SELECT id, email, email_verified, password, role, 1, revision, created_at, updated_at FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;

CREATE INDEX users_by_age ON users (created_at, id);

CREATE TABLE identities (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (provider, subject),
    UNIQUE (user_id, provider)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL, -- a JSON array of names
    secret BLOB NOT NULL, -- the 32 bytes of its hash
    last_used_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX api_keys_of_user ON api_keys (user_id, created_at, id);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    user_id INTEGER,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL, -- JSON: "nobody", "operator", "provider" or {"user": its id}
    address TEXT,
    detail TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX audit_of_user ON audit (user_id, at DESC, id) WHERE user_id IS NOT NULL;

CREATE TABLE mails (
    id INTEGER PRIMARY KEY,
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_id INTEGER,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX mails_by_due ON mails (due_at, id);
CREATE INDEX mails_of_user ON mails (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE erasures (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    profiles TEXT NOT NULL, -- a JSON array of ids
    finished_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX erasures_pending ON erasures (created_at, id) WHERE finished_at IS NULL;
