// Counts the profiles that have a WATCHED edge to each of the titles.
// Params: titles [id], each once
// Returns: id, watchers; no row for a title that has no node
UNWIND $titles AS id
MATCH (title:Title {id: id})
RETURN id, COUNT { (title)<-[:WATCHED]-() } AS watchers
