-- What a site sells, what of the catalogue that opens, and what accounts have of it; what is not asked for by its columns is
-- JSON. `item` is what a rule is of, as `title:7`, `season:7:2` or `collection:3`.

CREATE TABLE membership_plans (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE access_rules (
    item TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE memberships (
    user_id INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
