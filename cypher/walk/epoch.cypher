// Finds the epoch that the graph is written in.
// Params: graph, the name of the graph's node
// Returns: number, name, tick, version, oldestReader; null if it was never noted. No row if nothing ever was.
MATCH (graph:Graph {name: $graph})
RETURN graph.epochNumber AS number, graph.epochName AS name, graph.epochTick AS tick,
  coalesce(graph.schemaVersion, 0) AS version, coalesce(graph.oldestReader, 0) AS oldestReader
