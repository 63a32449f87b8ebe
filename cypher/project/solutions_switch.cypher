// Makes a prepared revision of the SIMILAR edges the current one, unless the preparation is void or another generation
// is the current one by now. Everything else that the revision consists of was committed before: a reader could meet
// the half of a transaction. The property that is set and removed again takes the node's lock.
// Params: graph, the name of the graph's node; prepared, what names the preparation; generation and revision; more, by
//   how many edges the generation grows
// Returns: version [generation, revision, computedAt], the current one, or null. No row if it was void.
MATCH (graph:Graph {name: $graph})
SET graph.lock = true
REMOVE graph.lock
WITH graph, graph.prepared = $prepared AND graph.version[0] = $generation AS isValid
FOREACH (valid IN CASE WHEN isValid THEN [graph] ELSE [] END |
  SET valid.version = [$generation, $revision, valid.version[2]], valid.similar = valid.similar + $more,
    valid.updatedAt = datetime()
  REMOVE valid.prepared, valid.preparedAt
)
WITH graph, isValid
WHERE isValid OR coalesce(graph.version[0] <> $generation, true)
RETURN graph.version AS version
