// Walks the tombstones of erased profiles.
// Params: after, a tombstone; limit
// Returns: tombstone, in their order
MATCH (erased:Erased)
WHERE erased.trace > $after
RETURN erased.trace AS tombstone
ORDER BY tombstone
LIMIT $limit
