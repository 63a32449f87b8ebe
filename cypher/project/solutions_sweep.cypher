// Removes some SIMILAR edges that ended with the current revision or before. Run again until none is left.
// Params: generation and revision, the current ones; limit
// Returns: removed
MATCH ()-[edge:SIMILAR]->()
USING INDEX SEEK edge:SIMILAR(generation, ended)
WHERE edge.generation = $generation AND edge.ended <= $revision
WITH edge LIMIT $limit
DELETE edge
RETURN count(*) AS removed
