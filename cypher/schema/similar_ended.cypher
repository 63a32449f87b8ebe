// Makes the SIMILAR edges findable that ended when titles were solved anew.
// Params: none
// Returns: nothing
CREATE INDEX similar_ended IF NOT EXISTS FOR ()-[similar:SIMILAR]-() ON (similar.generation, similar.ended)
