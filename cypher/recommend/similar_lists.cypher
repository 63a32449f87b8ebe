// Finds the SIMILAR edges that start from some titles: those of the current generation that had begun by the current
// revision and not ended. Each edge says all three, so that one of another version that is removed meanwhile, and says
// nothing any more, is never taken for one of this.
// Params: graph, the name of the graph's node; titles [id], each once
// Returns: version [generation, revision, computedAt] before they were read, or null; lists [[id, [[to, weight,
//   director, actor, genre, affinity, coWatches]]]], edges by id of the end, null for what one lacks, none for a title
//   that has no node; versionAfter, after they were read
OPTIONAL MATCH (graph:Graph {name: $graph})
WITH graph.version AS version
CALL (version) {
  UNWIND $titles AS id
  MATCH (title:Title {id: id})
  RETURN collect([id, COLLECT {
    MATCH (title)-[edge:SIMILAR]->(other:Title)
    WHERE edge.generation = version[0] AND edge.since <= version[1] AND edge.until > version[1]
    WITH edge, other.id AS to ORDER BY to
    RETURN [to, edge.weight, edge.director, edge.actor, edge.genre, edge.affinity, edge.coWatches]
  }]) AS lists
}
OPTIONAL MATCH (after:Graph {name: $graph})
RETURN version, lists, after.version AS versionAfter
