-- What was counted after a count is found by it; it has all that is asked for.
CREATE INDEX titles_counted ON titles (counted, id, by_popularity);
