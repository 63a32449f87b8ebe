-- Collections of films, and which films are in each. The rows of a title follow from its document.

CREATE TABLE collections (
    id       INTEGER PRIMARY KEY,
    slug     TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE title_collections (
    collection INTEGER NOT NULL,
    title      INTEGER NOT NULL,
    PRIMARY KEY (collection, title)
) STRICT, WITHOUT ROWID;
