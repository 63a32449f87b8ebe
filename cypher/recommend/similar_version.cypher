// Finds out which SIMILAR edges there are.
// Params: graph, the name of the graph's node
// Returns: version [generation, revision, computedAt], the time in milliseconds since 1970; null if there are none. No
//   row if there were never any.
MATCH (graph:Graph {name: $graph})
RETURN graph.version AS version
