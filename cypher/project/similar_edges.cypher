// Writes SIMILAR edges of some titles that nobody reads yet: of a generation that is not the current one, or since a
// revision that is not reached. Edges from or to a title that has no node are left out.
// Params: generation; since, a revision; begun, the same if the generation is the current one, else null; until, a
//   revision that is never reached; titles [{id, similar [[to, weight, director, actor, genre, affinity, coWatches]]}],
//   null for what an edge lacks
// Returns: written, how many edges
WITH datetime() AS now
UNWIND $titles AS row
MATCH (title:Title {id: row.id})
UNWIND row.similar AS edge
MATCH (other:Title {id: edge[0]})
CREATE (title)-[:SIMILAR {
  weight: edge[1], director: edge[2], actor: edge[3], genre: edge[4], affinity: edge[5], coWatches: edge[6],
  generation: $generation, since: $since, until: $until, begun: $begun, createdAt: now, updatedAt: now
}]->(other)
RETURN count(*) AS written
