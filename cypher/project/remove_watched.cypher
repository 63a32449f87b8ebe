// Removes WATCHED edges that are still of a revision.
// A property that is set and removed again takes the edge's lock before its revision is read, so that what is written at
// the same time stays.
// Params: edges [{profile, title, revision}], each pair of profile and title once, by profile and title
// Returns: nothing
UNWIND $edges AS row
MATCH (profile:Profile {id: row.profile})
WITH row, profile
MATCH (title:Title {id: row.title})
WITH row, profile, title
MATCH (profile)-[watched:WATCHED]->(title)
SET watched.lock = true
REMOVE watched.lock
WITH row, watched
WHERE watched.revision = row.revision
DELETE watched
