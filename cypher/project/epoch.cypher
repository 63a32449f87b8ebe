// Notes the epoch that the graph is written in, unless a later one is noted.
// The property that is set and removed again takes the node's lock.
// Params: graph, the name of the graph's node; number, name and tick; version
//   and oldestReader, of what is stored
// Returns: nothing
MERGE (graph:Graph {name: $graph})
  ON CREATE SET graph.taken = 0, graph.createdAt = datetime()
SET graph.lock = true
REMOVE graph.lock
WITH graph
WHERE coalesce(graph.epochNumber, -1) < $number
  OR (graph.epochNumber = $number AND graph.epochName = $name AND graph.epochTick < $tick)
SET graph.epochNumber = $number, graph.epochName = $name, graph.epochTick = $tick, graph.updatedAt = datetime(),
  graph.schemaVersion = CASE WHEN graph.schemaVersion > $version THEN graph.schemaVersion ELSE $version END,
  graph.oldestReader = CASE WHEN graph.oldestReader > $oldestReader THEN graph.oldestReader ELSE $oldestReader END
