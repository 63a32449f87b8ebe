-- What profiles watched. Every key begins with the profile, and every row is of one profile only.
-- Times are milliseconds since 1970, UTC; positions, lengths and sums of them are seconds.
-- An item is a 'film', an 'episode' or, in loaded histories, a whole 'series', with that thing's id.

-- One play of one item.
CREATE TABLE plays (
    profile INTEGER NOT NULL,
    id BLOB NOT NULL, -- the 16 bytes of a UUID, which sort like its text
    kind TEXT NOT NULL,
    item INTEGER NOT NULL,
    title INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    position REAL NOT NULL,
    duration REAL,
    sections BLOB NOT NULL, -- 33 bytes each, see watching/rows.rs: text would not keep every number exactly
    completion REAL NOT NULL,
    completed INTEGER NOT NULL,
    counts INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (profile, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX plays_history ON plays (profile, started_at DESC, id) WHERE kind <> 'series';
CREATE INDEX plays_history_of_title ON plays (profile, title, started_at DESC, id) WHERE kind <> 'series';

-- How a profile stands with an item.
CREATE TABLE watch_states (
    profile INTEGER NOT NULL,
    kind TEXT NOT NULL,
    item INTEGER NOT NULL,
    title INTEGER NOT NULL,
    position REAL NOT NULL,
    percent REAL NOT NULL,
    watched INTEGER NOT NULL,
    plays INTEGER NOT NULL,
    completions INTEGER NOT NULL,
    seconds REAL NOT NULL,
    last_played_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (profile, kind, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX watch_states_of_title ON watch_states (profile, title) WHERE kind <> 'series';
CREATE INDEX watch_states_in_progress ON watch_states (profile, last_played_at DESC, item)
    WHERE position > 0 AND kind <> 'series';

-- What the plays of a profile at a title add up to: the record of a WATCHED edge.
CREATE TABLE watched_titles (
    profile INTEGER NOT NULL,
    title INTEGER NOT NULL,
    is_series INTEGER NOT NULL,
    weight REAL NOT NULL,
    plays INTEGER NOT NULL,
    completions INTEGER NOT NULL,
    seconds REAL NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    liked INTEGER,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    waiting_since INTEGER, -- of the first write that the graph does not know of; NULL if it knows all
    PRIMARY KEY (profile, title)
) STRICT, WITHOUT ROWID;

CREATE INDEX watched_titles_series ON watched_titles (profile, last_at DESC, title) WHERE is_series = 1;
CREATE INDEX watched_titles_waiting ON watched_titles (waiting_since, profile, title)
    WHERE waiting_since IS NOT NULL;
