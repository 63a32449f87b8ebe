// Makes the titles findable whose SIMILAR edges changed when titles were solved anew.
// Params: none
// Returns: nothing
CREATE INDEX title_similar IF NOT EXISTS FOR (title:Title) ON (title.similarGeneration, title.similarRevision)
