// Writes the people that titles need.
// Params: people [{id, name}], each id once, by id
// Returns: nothing
UNWIND $people AS row
MERGE (person:Person {id: row.id})
  ON CREATE SET person.createdAt = datetime()
WITH row, person
WHERE person.name IS NULL OR person.name <> row.name
SET person.name = row.name, person.updatedAt = datetime()
