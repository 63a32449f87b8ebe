// Writes the genres that titles need.
// A property that is set and removed again takes the node's lock, so that nobody removes it before its edges are there.
// Params: genres [{id, name}], each id once, by id
// Returns: nothing
UNWIND $genres AS row
MERGE (genre:Genre {id: row.id})
  ON CREATE SET genre.createdAt = datetime()
SET genre.lock = true
REMOVE genre.lock
WITH row, genre
WHERE genre.name IS NULL OR genre.name <> row.name
SET genre.name = row.name, genre.updatedAt = datetime()
