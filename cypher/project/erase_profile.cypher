// Removes some edges of a profile, with the last of them the profile itself, and leaves its tombstone, which keeps
// others from writing it again; run again until none is left.
// A property that is set and removed again takes the node's lock, also of a node that another transaction is about to
// write: what that one writes is there before this goes on, and whoever comes later finds the tombstone.
// Params: profile, tombstone, limit
// Returns: removed, how many edges; nothing if the node was removed while this waited for its lock
MERGE (profile:Profile {id: $profile})
SET profile.lock = true
REMOVE profile.lock
WITH profile
MATCH (there:Profile {id: $profile})
WHERE there = profile
MERGE (erased:Erased {trace: $tombstone})
  ON CREATE SET erased.createdAt = datetime(), erased.updatedAt = datetime()
WITH profile
CALL (profile) {
  MATCH (profile)-[edge]-()
  WITH edge LIMIT $limit
  DELETE edge
  RETURN count(*) AS removed
}
FOREACH (empty IN CASE WHEN removed < $limit THEN [profile] ELSE [] END | DELETE empty)
RETURN removed
