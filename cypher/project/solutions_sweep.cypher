// Removes SIMILAR edges that ended with the current revision or before.
// Params: generation and revision, the current ones
// Returns: nothing
MATCH ()-[ended:SIMILAR]->()
USING INDEX SEEK ended:SIMILAR(generation, until)
WHERE ended.generation = $generation AND ended.until <= $revision
DELETE ended
