// Makes a genre findable by its id, and its id unique.
// Params: none
// Returns: nothing
CREATE CONSTRAINT genre_id IF NOT EXISTS FOR (genre:Genre) REQUIRE genre.id IS UNIQUE
