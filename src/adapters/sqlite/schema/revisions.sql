-- Who changed what of the catalogue. The id is the place of the change in the catalogue's feed; times are milliseconds since
-- 1970, UTC. A revision is changed only to forget who made it.
CREATE TABLE catalog_revisions (
    id INTEGER PRIMARY KEY,
    sort TEXT NOT NULL,
    node INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    user INTEGER,
    source TEXT NOT NULL,
    run TEXT NOT NULL,
    fields TEXT NOT NULL
) STRICT;

CREATE INDEX catalog_revisions_of_node ON catalog_revisions (sort, node, id);
CREATE INDEX catalog_revisions_of_run ON catalog_revisions (run, id);
CREATE INDEX catalog_revisions_of_user ON catalog_revisions (user, id) WHERE user IS NOT NULL;
