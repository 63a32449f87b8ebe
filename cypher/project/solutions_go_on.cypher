// Renews the lease of a preparation that is not void yet. The property that is set and removed again takes the node's
// lock: until the transaction ends, the lease cannot be lost.
// Params: graph, the name of the graph's node; prepared, what names the preparation
// Returns: prepared. No row if it is void.
MATCH (graph:Graph {name: $graph})
SET graph.lock = true
REMOVE graph.lock
WITH graph
WHERE graph.prepared = $prepared
SET graph.preparedAt = datetime()
RETURN graph.prepared AS prepared
