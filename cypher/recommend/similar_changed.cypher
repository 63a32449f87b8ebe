// Finds the titles whose SIMILAR edges changed after a revision of the current generation.
// Params: graph, the name of the graph's node; revision
// Returns: id, by id
MATCH (graph:Graph {name: $graph})
WITH graph.version[0] AS generation
MATCH (title:Title)
USING INDEX SEEK title:Title(similarGeneration, similarRevision)
WHERE title.similarGeneration = generation AND title.similarRevision > $revision
RETURN title.id AS id
ORDER BY id
