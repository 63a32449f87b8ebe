// Takes back what somebody prepared for the next revision of the SIMILAR edges and never switched to: edges that begin
// with it, and the ends of those that end with it.
// Params: generation and revision, the current ones; until, a revision that is never reached
// Returns: nothing
CALL () {
  MATCH ()-[early:SIMILAR]->()
  USING INDEX SEEK early:SIMILAR(generation, begun)
  WHERE early.generation = $generation AND early.begun > $revision
  DELETE early
}
CALL () {
  MATCH ()-[edge:SIMILAR]->()
  USING INDEX SEEK edge:SIMILAR(generation, ended)
  WHERE edge.generation = $generation AND edge.ended > $revision
  SET edge.until = $until
  REMOVE edge.ended
}
