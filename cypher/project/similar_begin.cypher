// Takes a number for a new generation of SIMILAR edges, higher than all before: the time in milliseconds, or one more
// than the last. The property that is set and removed again takes the node's lock.
// Params: graph, the name of the graph's node
// Returns: generation
MERGE (graph:Graph {name: $graph})
  ON CREATE SET graph.taken = 0, graph.createdAt = datetime()
SET graph.lock = true
REMOVE graph.lock
SET graph.taken = CASE WHEN graph.taken < timestamp() THEN timestamp() ELSE graph.taken + 1 END,
    graph.updatedAt = datetime()
RETURN graph.taken AS generation
