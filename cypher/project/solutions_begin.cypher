// Takes the lease to change the current generation of SIMILAR edges, if that is the given one and nobody else holds the
// lease: what another holder prepares is void once it has not renewed it for too long. The property that is set and
// removed again takes the node's lock.
// Params: graph, the name of the graph's node; generation; prepared, what names this preparation; patience, in
//   milliseconds
// Returns: version [generation, revision, computedAt], or null; isBegun. No row if there was never a generation.
MATCH (graph:Graph {name: $graph})
SET graph.lock = true
REMOVE graph.lock
WITH graph, coalesce(graph.version[0] = $generation, false) AND (
    graph.prepared IS NULL OR graph.prepared = $prepared
    OR graph.preparedAt < datetime() - duration({milliseconds: $patience})
  ) AS isBegun
FOREACH (begun IN CASE WHEN isBegun THEN [graph] ELSE [] END |
  SET begun.prepared = $prepared, begun.preparedAt = datetime(), begun.updatedAt = datetime()
)
RETURN graph.version AS version, isBegun
