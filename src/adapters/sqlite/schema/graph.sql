-- The recommendation graph: nodes and edges, made from the documents alone. Times are milliseconds since 1970, UTC;
-- created_at and updated_at say when the projection wrote the row. Edges are kept in the order of their start, which
-- is how neighbourhoods read them; an index holds the way back where one is needed.

CREATE TABLE graph_titles (
    id         INTEGER PRIMARY KEY,
    kind       TEXT CHECK (kind IN ('film', 'series')),
    slug       TEXT,
    name       TEXT,
    year       INTEGER,
    -- 0: the title is only here for an edge; its document was not projected yet.
    revision   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT;

CREATE TABLE graph_people (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT;

CREATE TABLE graph_genres (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT;

CREATE TABLE graph_profiles (
    id         INTEGER PRIMARY KEY,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT;

CREATE TABLE graph_title_genres (
    title      INTEGER NOT NULL,
    genre      INTEGER NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    PRIMARY KEY (title, genre)
) STRICT, WITHOUT ROWID;

CREATE TABLE graph_credits (
    title      INTEGER NOT NULL,
    -- 0: directed, 1: acted in.
    role       INTEGER NOT NULL,
    -- The rank in the billing among those of the same role, from 0.
    position   INTEGER NOT NULL,
    person     INTEGER NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    PRIMARY KEY (title, role, position)
) STRICT, WITHOUT ROWID;

-- From a person to the titles.
CREATE INDEX graph_credits_by_person ON graph_credits (person, role, position, title);

CREATE TABLE graph_watched (
    profile     INTEGER NOT NULL,
    title       INTEGER NOT NULL,
    weight      REAL NOT NULL,
    plays       INTEGER NOT NULL,
    completions INTEGER NOT NULL,
    seconds     REAL NOT NULL,
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    liked       INTEGER CHECK (liked IN (0, 1)),
    revision    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at  INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    PRIMARY KEY (profile, title)
) STRICT, WITHOUT ROWID;

-- How many watched a title.
CREATE INDEX graph_watched_by_title ON graph_watched (title);

CREATE TABLE graph_similar (
    source     INTEGER NOT NULL,
    target     INTEGER NOT NULL,
    affinity   REAL NOT NULL,
    co_watches INTEGER NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    PRIMARY KEY (source, target)
) STRICT, WITHOUT ROWID;
