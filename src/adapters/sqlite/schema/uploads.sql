-- Files that are uploaded in chunks. Hashes are SHA-256; times are milliseconds since 1970 UTC.

CREATE TABLE uploads (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    received INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    part TEXT NOT NULL,
    state TEXT NOT NULL,
    expected TEXT,
    sha256 TEXT,
    user_id INTEGER,
    profile INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER,
    finished_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX uploads_latest ON uploads (created_at, id);
CREATE INDEX uploads_of_user ON uploads (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX uploads_of_profile ON uploads (profile, created_at, id) WHERE profile IS NOT NULL;
CREATE INDEX uploads_expiring ON uploads (expires_at, id) WHERE expires_at IS NOT NULL;
CREATE INDEX uploads_unchecked ON uploads (updated_at, id) WHERE state = 'checking';

-- Which bytes each upload has, in the order of where they begin.
CREATE TABLE upload_chunks (
    upload BLOB NOT NULL,
    begins INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (upload, begins)
) STRICT, WITHOUT ROWID;

CREATE INDEX upload_chunks_by_hash ON upload_chunks (sha256);
