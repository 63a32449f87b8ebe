// Marks titles: their SIMILAR edges change with a revision.
// Params: generation, revision; titles [id], each once, by id
// Returns: nothing
UNWIND $titles AS id
MATCH (title:Title {id: id})
SET title.similarGeneration = $generation, title.similarRevision = $revision, title.updatedAt = datetime()
