// Removes the SIMILAR edges of a generation since a revision that start from some titles. With it a write of them is
// idempotent: whether the first try came through is not known.
// Params: generation; since, a revision; titles [{id}]
// Returns: nothing
UNWIND $titles AS row
MATCH (title:Title {id: row.id})-[old:SIMILAR]->()
WHERE old.generation = $generation AND old.since = $since
DELETE old
