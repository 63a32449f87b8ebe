// Walks the profiles.
// Params: after, an id; limit
// Returns: id, by id
MATCH (profile:Profile)
WHERE profile.id > $after
RETURN profile.id AS id
ORDER BY id
LIMIT $limit
