// Writes WATCHED edges that are new or older than the document, with the title nodes that they need. The profiles are
// there already. An edge that says something of the profile's taste names the profile: that is how it is found.
// A property that is set and removed again takes the edge's lock before its revision is read, so that of two writers
// at the same time the newer document wins.
// Params: edges [{profile, title, weight, plays, completions, seconds, firstAt, lastAt, liked, revision}], times in
//   milliseconds since 1970, each pair of profile and title once, by profile and title
// Returns: nothing
UNWIND $edges AS row
MATCH (profile:Profile {id: row.profile})
MERGE (title:Title {id: row.title})
  ON CREATE SET title.revision = 0, title.createdAt = datetime(), title.updatedAt = datetime()
MERGE (profile)-[watched:WATCHED]->(title)
  ON CREATE SET watched.revision = -1, watched.createdAt = datetime()
SET watched.lock = true
REMOVE watched.lock
WITH row, watched
WHERE watched.revision < row.revision
SET watched.weight = row.weight,
    watched.plays = row.plays,
    watched.completions = row.completions,
    watched.seconds = row.seconds,
    watched.firstAt = datetime({epochMillis: row.firstAt}),
    watched.lastAt = datetime({epochMillis: row.lastAt}),
    watched.liked = row.liked,
    watched.taste = CASE WHEN row.weight > 0 OR row.liked IS NOT NULL THEN row.profile END,
    watched.revision = row.revision,
    watched.updatedAt = datetime()
