// Makes a generation of SIMILAR edges the current one, unless a newer one is, or the graph was emptied since it was
// begun. What is prepared for the former one is void. The version is one property, so that nobody reads the half of
// it. The property that is set and removed again takes the node's lock.
// Params: graph, the name of the graph's node; generation; computedAt, in milliseconds since 1970; edges, how many
//   there are in it
// Returns: generation, the current one, or null; edges, how many it has
MATCH (graph:Graph {name: $graph})
SET graph.lock = true
REMOVE graph.lock
FOREACH (older IN
  CASE WHEN coalesce(graph.version[0], graph.cleared, 0) < $generation THEN [graph] ELSE [] END |
  SET older.version = [$generation, 0, $computedAt], older.similar = $edges, older.updatedAt = datetime()
  REMOVE older.prepared, older.preparedAt
)
RETURN graph.version[0] AS generation, coalesce(graph.similar, 0) AS edges
