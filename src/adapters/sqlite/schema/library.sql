-- Libraries of files, as scans have seen them, and who scans now. Times are milliseconds since 1970 UTC; what is not asked
-- for by its columns is JSON.

CREATE TABLE library_roots (
    path TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `path` is that from the root, empty for the root itself.
CREATE TABLE library_folders (
    root TEXT NOT NULL,
    path TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    has_full_hashes INTEGER NOT NULL,
    PRIMARY KEY (root, path)
) STRICT, WITHOUT ROWID;

-- `place` is the root and the path, by which files are listed; `folder` is the part of the path before its last slash.
CREATE TABLE media_files (
    id BLOB PRIMARY KEY,
    root TEXT NOT NULL,
    folder TEXT NOT NULL,
    place TEXT NOT NULL,
    state TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX media_files_in_order ON media_files (place, id, state);
CREATE INDEX media_files_in_state ON media_files (state, place, id);
CREATE INDEX media_files_of_folder ON media_files (root, folder);
CREATE INDEX media_files_by_fingerprint ON media_files (fingerprint) WHERE fingerprint <> '';

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder BLOB NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
