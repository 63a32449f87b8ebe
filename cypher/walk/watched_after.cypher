// Walks the WATCHED edges.
// Params: profile and title, the key to start after; limit
// Returns: profile, title, weight, plays, completions, seconds, firstAt, lastAt, liked, revision, by profile and
//   title; times in milliseconds since 1970
MATCH (profile:Profile)
WHERE profile.id >= $profile
MATCH (profile)-[edge:WATCHED]->(title:Title)
WHERE profile.id > $profile OR title.id > $title
WITH profile.id AS profile, title.id AS title, edge
ORDER BY profile, title
LIMIT $limit
RETURN profile, title, edge.weight AS weight, edge.plays AS plays, edge.completions AS completions,
  edge.seconds AS seconds, edge.firstAt.epochMillis AS firstAt, edge.lastAt.epochMillis AS lastAt,
  edge.liked AS liked, edge.revision AS revision
