// Removes SIMILAR edges that ended with the current revision or before.
// Params: generation and revision, the current ones
// Returns: nothing
MATCH ()-[edge:SIMILAR]->()
USING INDEX SEEK edge:SIMILAR(generation, ended)
WHERE edge.generation = $generation AND edge.ended <= $revision
DELETE edge
