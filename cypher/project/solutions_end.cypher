// Lets SIMILAR edges end with a revision that is not reached yet.
// Params: revision; elements, names of edges; they are the edges' names as long as none is removed
// Returns: nothing
UNWIND $elements AS element
MATCH ()-[edge:SIMILAR]->()
WHERE elementId(edge) = element
SET edge.until = $revision, edge.ended = $revision, edge.updatedAt = datetime()
