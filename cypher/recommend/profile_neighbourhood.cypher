// Finds what lies around a profile: the weightiest titles that it watched, where their SIMILAR edges lead, all that
// it watched, and the titles not watched that share the most people with those, each pair of a person and a role once.
// Params: profile, graph, seeds, similar, actors, byPeople, maxCredits
// Returns: seeds [[id, weight, lastAt, liked, [[to, affinity, coWatches]]]], the weightiest first, times in
//   milliseconds since 1970, SIMILAR edges by affinity and with those to watched titles; watched [id], by id;
//   byPeople [id], by id; generation and generationAfter, of the SIMILAR edges before and after they were read. No
//   row if the profile has no node.
MATCH (profile:Profile {id: $profile})
OPTIONAL MATCH (graph:Graph {name: $graph})
WITH profile, graph.generation AS generation
WITH profile, generation,
  COLLECT {
    MATCH (profile)-[:WATCHED]->(title:Title)
    WITH title.id AS id ORDER BY id
    RETURN id
  } AS watched
CALL (profile, generation) {
  MATCH (profile)-[edge:WATCHED]->(title:Title)
  WITH edge, title
  ORDER BY edge.weight DESC, title.id
  LIMIT $seeds
  WITH title, [title.id, edge.weight, edge.lastAt.epochMillis, edge.liked, COLLECT {
    MATCH (title)-[similar:SIMILAR]->(other:Title)
    WHERE similar.generation = generation
    RETURN [other.id, similar.affinity, similar.coWatches]
    ORDER BY similar.affinity DESC, other.id
    LIMIT $similar
  }] AS seed
  RETURN collect(title) AS titles, collect(seed) AS seeds
}
CALL (titles, watched) {
  CALL (titles) {
    UNWIND titles AS title
    MATCH (title)<-[:DIRECTED]-(person)
    WITH DISTINCT person
    WHERE COUNT { (person)-[:DIRECTED]->() } <= $maxCredits
    MATCH (person)-[:DIRECTED]->(other)
    RETURN DISTINCT other, person, 0 AS role
    UNION ALL
    UNWIND titles AS title
    MATCH (title)<-[part:ACTED_IN]-(person)
    WHERE part.order < $actors
    WITH DISTINCT person
    WHERE COUNT { (person)-[:ACTED_IN]->() } <= $maxCredits
    MATCH (person)-[part:ACTED_IN]->(other)
    WHERE part.order < $actors
    RETURN DISTINCT other, person, 1 AS role
  }
  WITH other.id AS id, watched
  WHERE NOT id IN watched
  WITH id, count(*) AS shared
  ORDER BY shared DESC, id
  LIMIT $byPeople
  WITH id ORDER BY id
  RETURN collect(id) AS byPeople
}
OPTIONAL MATCH (after:Graph {name: $graph})
RETURN seeds, watched, byPeople, generation, after.generation AS generationAfter
