// Takes back some of what somebody prepared for the next revision of the SIMILAR edges and never switched to: edges that
// begin with it. Run again until none is left.
// Params: generation and revision, the current ones; limit
// Returns: removed
MATCH ()-[early:SIMILAR]->()
USING INDEX SEEK early:SIMILAR(generation, begun)
WHERE early.generation = $generation AND early.begun > $revision
WITH early LIMIT $limit
DELETE early
RETURN count(*) AS removed
