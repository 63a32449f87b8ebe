// Takes back some of what somebody prepared for the next revision of the SIMILAR edges and never switched to: the ends of
// edges that end with it. Run again until none is left.
// Params: generation and revision, the current ones; until, a revision that is never reached; limit
// Returns: removed, how many ends
MATCH ()-[edge:SIMILAR]->()
USING INDEX SEEK edge:SIMILAR(generation, ended)
WHERE edge.generation = $generation AND edge.ended > $revision
WITH edge LIMIT $limit
SET edge.until = $until
REMOVE edge.ended
RETURN count(*) AS removed
