-- Where the values of things of the catalogue are from, as JSON: fields by what said them. Of a thing whose document is at
-- another revision it says nothing: a version that knows nothing of it has written that.
CREATE TABLE catalog_value_sources (
    sort TEXT NOT NULL,
    node INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    sources TEXT NOT NULL,
    PRIMARY KEY (sort, node)
) STRICT, WITHOUT ROWID;

-- Which sources go before which, as a JSON list, by the name of a field or `*` for all that are not here.
CREATE TABLE source_precedence (
    field TEXT PRIMARY KEY,
    sources TEXT NOT NULL
) STRICT, WITHOUT ROWID;
