// Finds the SIMILAR edges that solutions may change: all that start from their titles, and of those that end there the
// ones with a weight or whose start is given.
// Params: generation, the current one; titles [{id, starts [id]}]
// Returns: element, the name of the edge as long as it is not removed; source; edge [to, weight, director, actor, genre,
//   affinity, coWatches], null for what it lacks. An edge between two of the titles comes twice.
UNWIND $titles AS row
MATCH (title:Title {id: row.id})
CALL (row, title) {
  MATCH (title)-[edge:SIMILAR]->(end)
  WHERE edge.generation = $generation AND edge.ended IS NULL
  RETURN edge, title AS start, end
  UNION ALL
  MATCH (start)-[edge:SIMILAR]->(title)
  WHERE edge.generation = $generation AND edge.ended IS NULL AND (edge.weight IS NOT NULL OR start.id IN row.starts)
  RETURN edge, start, title AS end
}
RETURN elementId(edge) AS element, start.id AS source,
  [end.id, edge.weight, edge.director, edge.actor, edge.genre, edge.affinity, edge.coWatches] AS edge
