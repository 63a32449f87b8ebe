// Finds the newest WATCHED edges of a profile that say something of its taste. In the order of the index, so that it
// reads no more of them than it returns, and those watched at the same moment as the last.
// Params: profile; limit
// Returns: edges [[title, weight, plays, completions, lastAt in milliseconds since 1970, liked, revision]], the latest
//   first, then by title; in one row, for hundreds of rows take half as long again
MATCH ()-[edge:WATCHED]->(title:Title)
USING INDEX SEEK edge:WATCHED(taste, lastAt)
WHERE edge.taste = $profile AND edge.lastAt IS NOT NULL
WITH edge, title
ORDER BY edge.taste DESC, edge.lastAt DESC, title.id
LIMIT $limit
RETURN collect([title.id, edge.weight, edge.plays, edge.completions, edge.lastAt.epochMillis, edge.liked, edge.revision])
  AS edges
