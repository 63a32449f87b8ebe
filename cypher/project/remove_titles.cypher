// Makes titles that are still of a revision what they are if they are only there for an edge: without edges to genres and
// people.
// A property that is set and removed again takes the node's lock before its revision is read, so that what is written at
// the same time stays.
// Params: titles [{id, revision}], each id once, by id
// Returns: nothing
UNWIND $titles AS row
MATCH (title:Title {id: row.id})
SET title.lock = true
REMOVE title.lock
WITH row, title
WHERE title.revision = row.revision
SET title.revision = 0, title.updatedAt = datetime()
REMOVE title.slug, title.name, title.year, title:Film, title:Series
WITH title
MATCH (title)-[old:HAS_GENRE|DIRECTED|ACTED_IN]-()
DELETE old
