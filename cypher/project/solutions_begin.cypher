// Begins to change the current generation of SIMILAR edges, if it is the given one and nobody else does. The property
// that is set and removed again takes the node's lock until the transaction ends.
// Params: graph, the name of the graph's node; generation; prepared, what names this preparation; force: whether what
//   somebody else prepares is void from now on
// Returns: version [generation, revision, computedAt], or null; isBegun. No row if there was never a generation.
MATCH (graph:Graph {name: $graph})
SET graph.lock = true
REMOVE graph.lock
WITH graph, coalesce(graph.version[0] = $generation, false)
  AND (graph.prepared IS NULL OR graph.prepared = $prepared OR $force) AS isBegun
FOREACH (begun IN CASE WHEN isBegun THEN [graph] ELSE [] END |
  SET begun.prepared = $prepared, begun.updatedAt = datetime()
)
RETURN graph.version AS version, isBegun
