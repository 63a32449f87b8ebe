-- What profiles say of titles, and what they do not want to be suggested. Times are milliseconds since 1970, UTC.

-- When `liked` was said or taken back. What was loaded before is as old as the latest watch.
ALTER TABLE watched_titles ADD COLUMN liked_at INTEGER;
UPDATE watched_titles SET liked_at = last_at WHERE liked IS NOT NULL;

-- A series that was only rated is none that was played.
DROP INDEX watched_titles_series;
CREATE INDEX watched_titles_series ON watched_titles (profile, last_at DESC, title)
    WHERE is_series = 1 AND plays > 0;
CREATE INDEX watched_titles_written ON watched_titles (updated_at, profile, title);

-- With plays_history_of_title: every play of a title.
CREATE INDEX plays_at_whole_series ON plays (profile, title) WHERE kind = 'series';

-- Titles that are never suggested to a profile.
CREATE TABLE hidden_titles (
    profile INTEGER NOT NULL,
    title INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (profile, title)
) STRICT, WITHOUT ROWID;

CREATE INDEX hidden_titles_latest ON hidden_titles (profile, created_at DESC, title);

-- What is not to speak for a title in a profile's suggestions: a 'genre' or a 'person', with its id.
CREATE TABLE mutes (
    profile INTEGER NOT NULL,
    kind TEXT NOT NULL,
    source INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (profile, kind, source)
) STRICT, WITHOUT ROWID;
