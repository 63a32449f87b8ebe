-- What viewers say by hand of whether they have watched something: JSON beside what was played of an item, and of how many
-- items of a title they said so.
ALTER TABLE watch_states ADD COLUMN told TEXT;
ALTER TABLE watched_titles ADD COLUMN told INTEGER NOT NULL DEFAULT 0;

-- A series is gone on with that was said to be watched and never played here, too.
DROP INDEX watched_titles_to_go_on_with;
CREATE INDEX watched_titles_to_go_on_with ON watched_titles (profile, last_at DESC, title, next_day)
    WHERE is_series = 1 AND plays + told > 0 AND next_day IS NOT NULL;
