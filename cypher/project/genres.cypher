// Writes the genres that titles need.
// A property that is set and removed again takes the node's lock, so that nobody removes it before its edges are there.
// Params: genres [{id, name}], each id once, by id
// Returns: there, how many of them are there; one that was removed while its lock was waited for is not
UNWIND $genres AS row
MERGE (genre:Genre {id: row.id})
  ON CREATE SET genre.createdAt = datetime()
SET genre.lock = true
REMOVE genre.lock
WITH row, genre
MATCH (there:Genre {id: row.id})
WHERE there = genre
FOREACH (other IN CASE WHEN genre.name = row.name THEN [] ELSE [genre] END |
  SET other.name = row.name, other.updatedAt = datetime()
)
RETURN count(*) AS there
