// Removes some edges, whichever come first; run again until none is left.
// Params: limit
// Returns: removed
CALL () {
  MATCH ()-[edge:WATCHED]->() RETURN edge
  UNION ALL
  MATCH ()-[edge:SIMILAR]->() RETURN edge
  UNION ALL
  MATCH ()-[edge:HAS_GENRE]->() RETURN edge
  UNION ALL
  MATCH ()-[edge:DIRECTED]->() RETURN edge
  UNION ALL
  MATCH ()-[edge:ACTED_IN]->() RETURN edge
}
WITH edge LIMIT $limit
DELETE edge
RETURN count(*) AS removed
