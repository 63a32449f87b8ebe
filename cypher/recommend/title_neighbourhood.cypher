// Finds what lies around a title: where its SIMILAR edges lead, and the titles that share the most people with it,
// each pair of a person and a role once.
// Params: title, graph, similar, actors, byPeople, maxCredits
// Returns: similar [[to, affinity, coWatches]], the greatest affinity first; byPeople [id], by id; generation and
//   generationAfter, of the SIMILAR edges before and after they were read. No row if the title has no node.
MATCH (title:Title {id: $title})
OPTIONAL MATCH (graph:Graph {name: $graph})
WITH title, graph.generation AS generation
WITH title, generation,
  COLLECT {
    MATCH (title)-[edge:SIMILAR]->(other:Title)
    WHERE edge.generation = generation
    RETURN [other.id, edge.affinity, edge.coWatches]
    ORDER BY edge.affinity DESC, other.id
    LIMIT $similar
  } AS similar
CALL (title) {
  CALL (title) {
    MATCH (title)<-[:DIRECTED]-(person)
    WITH DISTINCT person
    WHERE COUNT { (person)-[:DIRECTED]->() } <= $maxCredits
    MATCH (person)-[:DIRECTED]->(other)
    RETURN DISTINCT other, person, 0 AS role
    UNION ALL
    MATCH (title)<-[part:ACTED_IN]-(person)
    WHERE part.order < $actors
    WITH DISTINCT person
    WHERE COUNT { (person)-[:ACTED_IN]->() } <= $maxCredits
    MATCH (person)-[part:ACTED_IN]->(other)
    WHERE part.order < $actors
    RETURN DISTINCT other, person, 1 AS role
  }
  WITH other.id AS id
  WHERE id <> $title
  WITH id, count(*) AS shared
  ORDER BY shared DESC, id
  LIMIT $byPeople
  WITH id ORDER BY id
  RETURN collect(id) AS byPeople
}
OPTIONAL MATCH (after:Graph {name: $graph})
RETURN similar, byPeople, generation, after.generation AS generationAfter
