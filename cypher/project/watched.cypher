// Writes WATCHED edges that are new or older than the document, with the title nodes that they need. The profiles are
// there already. An edge that says something of the profile's taste names the profile: that is how it is found.
// A property that is set and removed again takes the edge's lock before its revision is read, so that of two writers
// at the same time the newer document wins. What was removed while its lock was waited for is not written, without an
// error, and has no revision any more.
// Params: edges [{profile, title, weight, plays, completions, seconds, firstAt, lastAt, liked, revision}], times in
//   milliseconds since 1970, each pair of profile and title once, by profile and title
// Returns: there, how many edges are there, written or newer already
UNWIND $edges AS row
MATCH (profile:Profile {id: row.profile})
MERGE (title:Title {id: row.title})
  ON CREATE SET title.revision = 0, title.createdAt = datetime(), title.updatedAt = datetime()
MERGE (profile)-[watched:WATCHED]->(title)
  ON CREATE SET watched.revision = -1, watched.createdAt = datetime()
SET watched.lock = true
REMOVE watched.lock
WITH row, watched, watched.revision AS stored
FOREACH (older IN CASE WHEN stored < row.revision THEN [watched] ELSE [] END |
  SET older.weight = row.weight,
      older.plays = row.plays,
      older.completions = row.completions,
      older.seconds = row.seconds,
      older.firstAt = datetime({epochMillis: row.firstAt}),
      older.lastAt = datetime({epochMillis: row.lastAt}),
      older.liked = row.liked,
      older.taste = CASE WHEN row.weight > 0 OR row.liked IS NOT NULL THEN row.profile END,
      older.revision = row.revision,
      older.updatedAt = datetime()
)
RETURN count(stored) AS there
