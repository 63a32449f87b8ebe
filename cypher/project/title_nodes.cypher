// Writes title nodes that are new or older than the document, and finds which those are.
// A property that is set and removed again takes the node's lock before its revision is read, so that of two writers
// at the same time the newer document wins. A node that was removed while this waited for its lock has no revision any
// more and is not written, without an error: title_edges.cypher does not find it.
// Params: titles [{id, film, slug, name, year, revision}], each id once, by id
// Returns: id of each title that was written, or is gone
UNWIND $titles AS row
MERGE (title:Title {id: row.id})
  ON CREATE SET title.revision = 0, title.createdAt = datetime(), title.updatedAt = datetime()
SET title.lock = true
REMOVE title.lock
WITH row, title
WHERE coalesce(title.revision, 0) < row.revision
SET title.slug = row.slug,
    title.name = row.name,
    title.year = row.year,
    title.revision = row.revision,
    title.updatedAt = datetime()
FOREACH (film IN CASE WHEN row.film THEN [title] ELSE [] END | SET film:Film REMOVE film:Series)
FOREACH (series IN CASE WHEN row.film THEN [] ELSE [title] END | SET series:Series REMOVE series:Film)
RETURN row.id AS id
