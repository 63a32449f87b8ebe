-- What viewers write of titles for each other. Times are milliseconds since 1970 UTC; what is not asked for by its columns
-- is JSON. `likes`, `replies` and what follows from them are counted in the transaction that changes them.

CREATE TABLE comments (
    id INTEGER PRIMARY KEY,
    title INTEGER NOT NULL,
    root INTEGER,
    is_root INTEGER NOT NULL,
    is_listed INTEGER NOT NULL,
    profile INTEGER,
    state TEXT NOT NULL,
    likes INTEGER NOT NULL,
    replies INTEGER NOT NULL,
    top INTEGER NOT NULL,
    -- The titles that it was under before, and the last of them.
    moved TEXT NOT NULL,
    moved_from INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX comments_latest ON comments (title, is_root, is_listed, created_at DESC, id);
CREATE INDEX comments_top ON comments (title, is_root, is_listed, top DESC, id);
CREATE INDEX comments_replies ON comments (root, is_listed, created_at, id);
CREATE INDEX comments_in_state ON comments (state, created_at, id);
CREATE INDEX comments_of_profile ON comments (profile, created_at DESC, id);

CREATE TABLE comment_likes (
    profile INTEGER NOT NULL,
    comment INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (profile, comment)
) STRICT, WITHOUT ROWID;

-- How many comments are shown under titles.
CREATE TABLE comment_counts (
    title INTEGER PRIMARY KEY,
    comments INTEGER NOT NULL
) STRICT;
