-- What of a watched title is with the title that it was merged into, as JSON.
ALTER TABLE watched_titles ADD COLUMN moved TEXT;

-- Whose watched titles and lists have a title is found by these.
CREATE INDEX watched_titles_of_title ON watched_titles (title, profile);
CREATE INDEX watchlist_of_title ON watchlist (title, profile);
CREATE INDEX hidden_titles_of_title ON hidden_titles (title, profile);
