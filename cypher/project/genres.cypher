// Writes the genres that titles need.
// Params: genres [{id, name}], each id once, by id
// Returns: nothing
UNWIND $genres AS row
MERGE (genre:Genre {id: row.id})
  ON CREATE SET genre.createdAt = datetime()
WITH row, genre
WHERE genre.name IS NULL OR genre.name <> row.name
SET genre.name = row.name, genre.updatedAt = datetime()
