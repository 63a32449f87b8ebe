-- What films and episodes are played from. `item` is the kind and the id, as `film:7`; times are milliseconds since 1970 UTC;
-- what is not asked for by its columns is JSON.

CREATE TABLE video_sources (
    item TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE packages (
    id BLOB PRIMARY KEY,
    item TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX packages_of_item ON packages (item, created_at, id);
