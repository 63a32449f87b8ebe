-- SIMILAR edges, those of a title together: they are always read so, and written so at the tenth of the cost of a row
-- each. Computed, so those of before are dropped, and computed anew.

DROP TABLE graph_similar;
DROP TABLE graph_similar_changed;

CREATE TABLE graph_similar (
    id         INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL,
    title      INTEGER NOT NULL,
    -- The latest revision of the generation in which they were changed.
    revision   INTEGER NOT NULL DEFAULT 0,
    -- Those that start from the title, by their ends.
    edges      BLOB NOT NULL,
    -- The titles that edges with a weight lead here from.
    starts     BLOB NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    UNIQUE (generation, title)
) STRICT;

CREATE INDEX graph_similar_by_revision ON graph_similar (generation, revision);

UPDATE graph_meta SET generation = 0, revision = 0, computed_at = 0, similar = 0;
