-- What viewers took off what can be resumed and off what comes next, until it is watched on.
ALTER TABLE watch_states ADD COLUMN is_aside INTEGER NOT NULL DEFAULT 0;
ALTER TABLE watched_titles ADD COLUMN is_aside INTEGER NOT NULL DEFAULT 0;
