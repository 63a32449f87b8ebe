// Makes the profile nodes that WATCHED edges need, and finds which profiles are erased.
// A property that is set and removed again takes the node's lock before the tombstone is looked for. Whoever erases the
// profile takes the same lock before the tombstone is written: either it waits and removes what is written after this
// in the same transaction, or this waits and finds the tombstone. A node that was removed while this waited is not
// written, without an error: only one that is found again is there.
// Params: profiles [{id, tombstone}], each id once, by id
// Returns: id and erased of each profile that is there
UNWIND $profiles AS row
MERGE (profile:Profile {id: row.id})
  ON CREATE SET profile.createdAt = datetime(), profile.updatedAt = datetime()
SET profile.lock = true
REMOVE profile.lock
WITH row, profile
MATCH (there:Profile {id: row.id})
WHERE there = profile
WITH row, profile, EXISTS { MATCH (erased:Erased {trace: row.tombstone}) } AS isErased
FOREACH (empty IN CASE WHEN isErased AND NOT EXISTS { (profile)--() } THEN [profile] ELSE [] END | DELETE empty)
RETURN row.id AS id, isErased AS erased
