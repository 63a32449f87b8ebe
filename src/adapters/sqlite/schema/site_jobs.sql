-- Loads and scans, as curators see them. Times are milliseconds since 1970 UTC; what is not asked for by its columns is
-- JSON.

CREATE TABLE site_jobs (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX site_jobs_latest ON site_jobs (started_at, id);
CREATE INDEX site_jobs_in_state ON site_jobs (state, updated_at, id);
