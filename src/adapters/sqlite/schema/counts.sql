-- How many watched a title is counted by several processes, each at a time of its own. Each count has a number, and an
-- earlier one does not replace a later one.

ALTER TABLE titles ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;

-- One row: the last number that was given to a count.
CREATE TABLE watcher_counts (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    last       INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT;

INSERT INTO watcher_counts (id) VALUES (1);
