// Begins to change the current generation of SIMILAR edges, alone: the property that is set and removed again takes the
// node's lock until the transaction ends. What somebody else has prepared and not switched to is void from now on.
// Params: graph, the name of the graph's node
// Returns: version [generation, revision, computedAt], or null; prepared, what names this preparation. No row if there
//   was never a generation.
MATCH (graph:Graph {name: $graph})
SET graph.lock = true
REMOVE graph.lock
SET graph.prepared = randomUUID(), graph.updatedAt = datetime()
RETURN graph.version AS version, graph.prepared AS prepared
