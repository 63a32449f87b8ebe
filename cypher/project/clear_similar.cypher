// Lets there be no current generation of SIMILAR edges any more, and none of those that were begun already become it.
// The epoch and what was noted of the schema go, too. The node stays, so that the numbers of generations go on growing.
// Params: graph, the name of the graph's node
// Returns: nothing
MATCH (graph:Graph {name: $graph})
SET graph.lock = true
REMOVE graph.lock
SET graph.cleared = graph.taken, graph.updatedAt = datetime()
REMOVE graph.version, graph.similar, graph.prepared, graph.preparedAt, graph.epochNumber, graph.epochName,
  graph.epochTick, graph.schemaVersion, graph.oldestReader
