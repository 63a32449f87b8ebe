-- What suggestions read: SIMILAR edges of several generations, of which one is the current one, and the newest edges of
-- a profile. Times are milliseconds since 1970, UTC. SIMILAR edges are computed, so those of before are dropped.

DROP TABLE graph_similar;

CREATE TABLE graph_similar (
    generation INTEGER NOT NULL,
    source     INTEGER NOT NULL,
    target     INTEGER NOT NULL,
    -- NULL: the edge is there for the page of its start only.
    weight     REAL,
    director   REAL NOT NULL,
    actor      REAL NOT NULL,
    genre      REAL NOT NULL,
    affinity   REAL NOT NULL,
    co_watches INTEGER NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    PRIMARY KEY (generation, source, target)
) STRICT, WITHOUT ROWID;

-- What speaks for a title, to replace it.
CREATE INDEX graph_similar_by_target ON graph_similar (generation, target) WHERE weight IS NOT NULL;

-- One row: which SIMILAR edges are read.
CREATE TABLE graph_meta (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    -- The highest number that was given to a generation; never smaller than before.
    taken       INTEGER NOT NULL DEFAULT 0,
    -- Generations up to this one were begun before the graph was emptied, and never become the current one.
    cleared     INTEGER NOT NULL DEFAULT 0,
    -- The current one; 0: none.
    generation  INTEGER NOT NULL DEFAULT 0,
    revision    INTEGER NOT NULL DEFAULT 0,
    computed_at INTEGER NOT NULL DEFAULT 0,
    -- How many edges it has.
    similar     INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at  INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT;

INSERT INTO graph_meta (id) VALUES (1);

-- The latest revision in which the edges of a title were changed.
CREATE TABLE graph_similar_changed (
    title      INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT;

CREATE INDEX graph_similar_changed_by_revision ON graph_similar_changed (generation, revision);

-- The newest edges of a profile that say something of its taste.
CREATE INDEX graph_watched_taste ON graph_watched (profile, last_at DESC, title) WHERE weight > 0 OR liked IS NOT NULL;

-- What was watched lately.
CREATE INDEX graph_watched_lately ON graph_watched (last_at, title);
