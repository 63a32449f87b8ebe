-- What players measured of items whose length the catalogue does not know; of nobody in particular.
CREATE TABLE measured_lengths (
    kind TEXT NOT NULL,
    item INTEGER NOT NULL,
    seconds REAL NOT NULL,
    votes INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (kind, item)
) STRICT, WITHOUT ROWID;

-- Whether the play's own player measured its length. What was played before was never far from the catalogue's.
ALTER TABLE plays ADD COLUMN measured INTEGER NOT NULL DEFAULT 0;
