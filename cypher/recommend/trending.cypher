// Finds the titles that the most profiles watched last at or after a moment. What was only rated, or said to be watched
// elsewhere, was not watched here.
// Params: since, in milliseconds since 1970; limit
// Returns: title, profiles, how many; the most first, then by title
MATCH ()-[edge:WATCHED]->(node:Title)
USING INDEX SEEK edge:WATCHED(lastAt)
WHERE edge.lastAt >= datetime({epochMillis: $since}) AND edge.plays > 0
WITH node, count(*) AS profiles
RETURN node.id AS title, profiles
ORDER BY profiles DESC, title
LIMIT $limit
