// Writes the tombstones of erased profiles.
// Params: tombstones, each once
// Returns: nothing
UNWIND $tombstones AS trace
MERGE (erased:Erased {trace: trace})
  ON CREATE SET erased.createdAt = datetime(), erased.updatedAt = datetime()
