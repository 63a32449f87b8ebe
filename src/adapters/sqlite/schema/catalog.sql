-- The catalogue. Each thing is one JSON document; the columns beside it are what it is found, sorted and guarded by.

-- Narrow and apart from the documents: lists and counts read only this, and a new number of watchers rewrites only
-- this. Every order runs upwards: what is listed greatest first is kept negated, so that one comparison of (key, id)
-- finds a page of any order, in either direction. It needs an id that is no rowid: SQLite does not search for that.
CREATE TABLE titles (
    id            INTEGER NOT NULL PRIMARY KEY,
    slug          TEXT NOT NULL UNIQUE,
    revision      INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    year          INTEGER,
    by_name       TEXT NOT NULL,
    by_added      INTEGER NOT NULL, -- minus the milliseconds since 1970 at which it was added
    by_released   INTEGER NOT NULL, -- minus YYYYMMDD
    by_popularity INTEGER NOT NULL, -- minus the number of profiles that have watched it
    sequence      INTEGER NOT NULL UNIQUE, -- its place in the change feed
    waiting_since INTEGER -- the sequence of the first write that the graph has not seen; null: it has seen all
) STRICT, WITHOUT ROWID;

CREATE INDEX titles_by_name ON titles (by_name, id);
CREATE INDEX titles_by_added ON titles (by_added, id);
CREATE INDEX titles_by_released ON titles (by_released, id);
CREATE INDEX titles_by_popularity ON titles (by_popularity, id);
CREATE INDEX titles_of_kind ON titles (kind);
CREATE INDEX titles_of_year ON titles (year);
CREATE INDEX titles_waiting ON titles (waiting_since) WHERE waiting_since IS NOT NULL;

CREATE TABLE title_documents (
    id       INTEGER PRIMARY KEY,
    document TEXT NOT NULL
) STRICT;

-- What a title is found by besides. The rows of a title follow from its document.

CREATE TABLE title_genres (
    genre INTEGER NOT NULL,
    title INTEGER NOT NULL,
    PRIMARY KEY (genre, title)
) STRICT, WITHOUT ROWID;

CREATE TABLE title_people (
    person INTEGER NOT NULL,
    title  INTEGER NOT NULL,
    PRIMARY KEY (person, title)
) STRICT, WITHOUT ROWID;

CREATE TABLE title_languages (
    language TEXT NOT NULL,
    title    INTEGER NOT NULL,
    PRIMARY KEY (language, title)
) STRICT, WITHOUT ROWID;

CREATE TABLE title_external_ids (
    provider TEXT NOT NULL,
    code     TEXT NOT NULL,
    title    INTEGER NOT NULL,
    PRIMARY KEY (provider, code, title)
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    id       INTEGER PRIMARY KEY,
    slug     TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    sequence INTEGER NOT NULL UNIQUE,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE genres (
    id       INTEGER PRIMARY KEY,
    slug     TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE episodes (
    id       INTEGER PRIMARY KEY,
    series   INTEGER NOT NULL,
    season   INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL,
    UNIQUE (series, season, number)
) STRICT;

-- The last number of the change feed that was given out: one row.
CREATE TABLE catalog_feed (
    last INTEGER NOT NULL
) STRICT;
INSERT INTO catalog_feed (last) VALUES (0);
