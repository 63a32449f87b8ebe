// Finds the newest WATCHED edges of a profile that say something of its taste. In the order of the index, so that it
// reads no more of them than it returns, and those watched at the same moment as the last.
// Params: profile; limit
// Returns: title, weight, plays, completions, lastAt in milliseconds since 1970, liked, revision; the latest first,
//   then by title
MATCH ()-[edge:WATCHED]->(title:Title)
USING INDEX SEEK edge:WATCHED(taste, lastAt)
WHERE edge.taste = $profile AND edge.lastAt IS NOT NULL
WITH edge, title
ORDER BY edge.taste DESC, edge.lastAt DESC, title.id
LIMIT $limit
RETURN title.id AS title, edge.weight AS weight, edge.plays AS plays, edge.completions AS completions,
  edge.lastAt.epochMillis AS lastAt, edge.liked AS liked, edge.revision AS revision
