// Removes some nodes that no edge needs; run again until none is left: profiles, people and genres without edges, and
// titles that were never written or are gone, if nobody watched them, with their SIMILAR edges.
// A property that is set and removed again takes the node's lock. Whoever needs a profile, person or genre takes it as
// well, before the edge is written: either this waits and finds the edge, or they wait, miss the node and are run again.
// A title that is watched is not locked first, or viewers would wait for each other: whoever finds it gone is run again,
// too.
// Params: limit
// Returns: removed
CALL () {
  MATCH (node:Profile) WHERE node.id IS NOT NULL AND NOT EXISTS { (node)--() } RETURN node
  UNION ALL
  MATCH (node:Person) WHERE node.id IS NOT NULL AND NOT EXISTS { (node)--() } RETURN node
  UNION ALL
  MATCH (node:Genre) WHERE node.id IS NOT NULL AND NOT EXISTS { (node)--() } RETURN node
  UNION ALL
  MATCH (node:Title)
  WHERE node.id IS NOT NULL AND node.revision = 0 AND NOT EXISTS { (node)<-[:WATCHED]-() }
  RETURN node
}
WITH node LIMIT $limit
SET node.lock = true
REMOVE node.lock
WITH node
WHERE coalesce(node.revision, 0) = 0 AND NOT EXISTS { (node)-[:WATCHED|HAS_GENRE|DIRECTED|ACTED_IN]-() }
DETACH DELETE node
RETURN count(*) AS removed
