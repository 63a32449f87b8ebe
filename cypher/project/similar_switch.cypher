// Makes a generation of SIMILAR edges the current one, unless a newer one is. The property that is set and
// removed again takes the node's lock.
// Params: graph, the name of the graph's node; generation; edges, how many there are in it
// Returns: generation, the current one. No row if the graph was emptied meanwhile.
MATCH (graph:Graph {name: $graph})
SET graph.lock = true
REMOVE graph.lock
FOREACH (older IN CASE WHEN graph.generation < $generation THEN [graph] ELSE [] END |
  SET older.generation = $generation, older.similar = $edges, older.updatedAt = datetime()
)
RETURN graph.generation AS generation
