-- What profiles bring from elsewhere, and the jobs that they wait for. Times are milliseconds since 1970 UTC; what is not
-- asked for by its columns is JSON.

-- The day of a play of which nobody knows more.
ALTER TABLE plays ADD COLUMN day TEXT;

CREATE TABLE imports (
    id BLOB PRIMARY KEY,
    profile INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    is_preview INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX imports_latest ON imports (profile, created_at DESC, id);
CREATE INDEX imports_previews ON imports (created_at, id) WHERE is_preview = 1;

-- `effect` is the key of what a row brought that is there by imports alone.
CREATE TABLE import_rows (
    import BLOB NOT NULL,
    number INTEGER NOT NULL,
    profile INTEGER NOT NULL,
    state TEXT NOT NULL,
    effect TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (import, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX import_rows_in_state ON import_rows (import, state, number);
CREATE INDEX import_rows_of_profile ON import_rows (profile, effect, import);

CREATE TABLE jobs (
    id BLOB PRIMARY KEY,
    profile INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_latest ON jobs (profile, queued_at DESC, id);
CREATE INDEX jobs_open ON jobs (queued_at, id) WHERE is_open = 1;
CREATE INDEX jobs_over ON jobs (queued_at, id) WHERE is_open = 0;
