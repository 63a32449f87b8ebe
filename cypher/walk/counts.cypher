// Counts the nodes and edges of each sort, from the counts that the server keeps. Titles are those that were written:
// only they are a Film or a Series. SIMILAR edges are those of the current generation.
// Params: graph, the name of the graph's node
// Returns: profiles, titles, people, genres, watched, similar
OPTIONAL MATCH (graph:Graph {name: $graph})
RETURN COUNT { (profile:Profile) } AS profiles,
  COUNT { (film:Film) } + COUNT { (series:Series) } AS titles,
  COUNT { (person:Person) } AS people,
  COUNT { (genre:Genre) } AS genres,
  COUNT { ()-[edge:WATCHED]->() } AS watched,
  coalesce(graph.similar, 0) AS similar
