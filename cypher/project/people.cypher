// Writes the people that titles need.
// A property that is set and removed again takes the node's lock, so that nobody removes it before its edges are there.
// Params: people [{id, name}], each id once, by id
// Returns: nothing
UNWIND $people AS row
MERGE (person:Person {id: row.id})
  ON CREATE SET person.createdAt = datetime()
SET person.lock = true
REMOVE person.lock
WITH row, person
WHERE person.name IS NULL OR person.name <> row.name
SET person.name = row.name, person.updatedAt = datetime()
