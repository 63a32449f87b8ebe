// Writes title nodes that are new or older than the document, and finds which those are.
// A property that is set and removed again takes the node's lock before its revision is read, so that of two writers
// at the same time the newer document wins. A node that was removed while this waited is not written, without an error:
// only one that is found again is there.
// Params: titles [{id, film, slug, name, year, revision}], each id once, by id
// Returns: id and written of each title that is there
UNWIND $titles AS row
MERGE (title:Title {id: row.id})
  ON CREATE SET title.revision = 0, title.createdAt = datetime(), title.updatedAt = datetime()
SET title.lock = true
REMOVE title.lock
WITH row, title
MATCH (there:Title {id: row.id})
WHERE there = title
WITH row, title, title.revision < row.revision AS isOlder
FOREACH (older IN CASE WHEN isOlder THEN [title] ELSE [] END |
  SET older.slug = row.slug,
      older.name = row.name,
      older.year = row.year,
      older.revision = row.revision,
      older.updatedAt = datetime()
)
FOREACH (film IN CASE WHEN isOlder AND row.film THEN [title] ELSE [] END | SET film:Film REMOVE film:Series)
FOREACH (series IN CASE WHEN isOlder AND NOT row.film THEN [title] ELSE [] END | SET series:Series REMOVE series:Film)
RETURN row.id AS id, isOlder AS written
