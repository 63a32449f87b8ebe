// Writes the SIMILAR edges of some titles in a generation that nobody reads yet, in place of those that an earlier
// try at the same batch may have left. Edges from or to a title that has no node are left out.
// Params: generation, titles [{id, similar [[to, affinity, coWatches]]}]
// Returns: written, how many edges
UNWIND $titles AS row
MATCH (title:Title {id: row.id})
CALL (title) {
  OPTIONAL MATCH (title)-[old:SIMILAR]->()
  WHERE old.generation = $generation
  DELETE old
}
UNWIND row.similar AS edge
MATCH (other:Title {id: edge[0]})
CREATE (title)-[:SIMILAR {
  affinity: edge[1], coWatches: edge[2], generation: $generation, createdAt: datetime(), updatedAt: datetime()
}]->(other)
RETURN count(*) AS written
