// Removes some nodes, whichever come first; run again until none is left. Their edges are gone already. The tombstones
// of erased profiles stay: they are not made from documents, and what is on its way must not bring a profile back.
// Params: limit
// Returns: removed
CALL () {
  MATCH (node:Title) WHERE node.id IS NOT NULL RETURN node
  UNION ALL
  MATCH (node:Profile) WHERE node.id IS NOT NULL RETURN node
  UNION ALL
  MATCH (node:Person) WHERE node.id IS NOT NULL RETURN node
  UNION ALL
  MATCH (node:Genre) WHERE node.id IS NOT NULL RETURN node
}
WITH node LIMIT $limit
DETACH DELETE node
RETURN count(*) AS removed
