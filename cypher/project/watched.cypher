// Writes WATCHED edges that are new or older than the document, with the title nodes that they need. The profiles are
// there already, and locked: nobody else makes an edge of theirs, so one that is not found is made without a lock of
// its title, for which others would wait. An edge that says something of the profile's taste names the profile: that is
// how it is found.
// A property that is set and removed again takes the edge's lock before its revision is read, so that what is removed at
// the same time is not written.
// Params: edges [{profile, title, weight, plays, completions, seconds, firstAt, lastAt, liked, revision}], times in
//   milliseconds since 1970, each pair of profile and title once, by profile and title
// Returns: nothing
UNWIND $edges AS row
MATCH (profile:Profile {id: row.profile})
MERGE (title:Title {id: row.title})
  ON CREATE SET title.revision = 0, title.createdAt = datetime(), title.updatedAt = datetime()
WITH row, profile, title, CASE WHEN row.weight > 0 OR row.liked IS NOT NULL THEN row.profile END AS taste
OPTIONAL MATCH (profile)-[watched:WATCHED]->(title)
FOREACH (missing IN CASE WHEN watched IS NULL THEN [row] ELSE [] END |
  CREATE (profile)-[:WATCHED {
    weight: row.weight,
    plays: row.plays,
    completions: row.completions,
    seconds: row.seconds,
    firstAt: datetime({epochMillis: row.firstAt}),
    lastAt: datetime({epochMillis: row.lastAt}),
    liked: row.liked,
    taste: taste,
    revision: row.revision,
    createdAt: datetime(),
    updatedAt: datetime()
  }]->(title)
)
WITH row, watched, taste
WHERE watched IS NOT NULL
SET watched.lock = true
REMOVE watched.lock
WITH row, watched, taste
WHERE watched.revision < row.revision
SET watched.weight = row.weight,
    watched.plays = row.plays,
    watched.completions = row.completions,
    watched.seconds = row.seconds,
    watched.firstAt = datetime({epochMillis: row.firstAt}),
    watched.lastAt = datetime({epochMillis: row.lastAt}),
    watched.liked = row.liked,
    watched.taste = taste,
    watched.revision = row.revision,
    watched.updatedAt = datetime()
