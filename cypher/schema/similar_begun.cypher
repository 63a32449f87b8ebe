// Makes the SIMILAR edges findable that were written when titles were solved anew.
// Params: none
// Returns: nothing
CREATE INDEX similar_begun IF NOT EXISTS FOR ()-[similar:SIMILAR]-() ON (similar.generation, similar.begun)
