-- From which day on (in days since 1970) there may be an episode of a series to watch next; NULL if everything that is
-- listed was watched. Of what was watched before this was kept nothing is known, so that it is looked at once.
ALTER TABLE watched_titles ADD COLUMN next_day INTEGER DEFAULT 0;

DROP INDEX watched_titles_series;
CREATE INDEX watched_titles_to_go_on_with ON watched_titles (profile, last_at DESC, title, next_day)
    WHERE is_series = 1 AND plays > 0 AND next_day IS NOT NULL;
CREATE INDEX watched_titles_waiting_for_episodes ON watched_titles (title, profile)
    WHERE is_series = 1 AND next_day IS NOT 0;
