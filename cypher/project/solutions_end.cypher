// Lets SIMILAR edges end with a revision that is not reached yet.
// Params: revision; elements, the names of the edges within this transaction
// Returns: nothing
UNWIND $elements AS element
MATCH ()-[edge:SIMILAR]->()
WHERE elementId(edge) = element
SET edge.until = $revision, edge.ended = $revision, edge.updatedAt = datetime()
