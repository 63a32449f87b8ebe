-- How many profiles like a title, and how many do not, is counted by it; only rows with a thumb are in it.
CREATE INDEX watched_titles_thumbs ON watched_titles (title, liked) WHERE liked IS NOT NULL;
