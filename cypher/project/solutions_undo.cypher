// Takes back what somebody prepared for the next revision of the SIMILAR edges and never switched to: edges that begin
// with it, and the ends of those that end with it.
// Params: generation and revision, the current ones
// Returns: nothing
CALL () {
  MATCH ()-[early:SIMILAR]->()
  USING INDEX SEEK early:SIMILAR(generation, since)
  WHERE early.generation = $generation AND early.since > $revision
  DELETE early
}
CALL () {
  MATCH ()-[ended:SIMILAR]->()
  USING INDEX SEEK ended:SIMILAR(generation, until)
  WHERE ended.generation = $generation AND ended.until > $revision
  REMOVE ended.until
}
