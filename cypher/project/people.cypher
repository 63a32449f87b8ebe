// Writes the people that titles need.
// A property that is set and removed again takes the node's lock, so that nobody removes it before its edges are there.
// Params: people [{id, name}], each id once, by id
// Returns: there, how many of them are there; one that was removed while its lock was waited for is not
UNWIND $people AS row
MERGE (person:Person {id: row.id})
  ON CREATE SET person.createdAt = datetime()
SET person.lock = true
REMOVE person.lock
WITH row, person
MATCH (there:Person {id: row.id})
WHERE there = person
FOREACH (other IN CASE WHEN person.name = row.name THEN [] ELSE [person] END |
  SET other.name = row.name, other.updatedAt = datetime()
)
RETURN count(*) AS there
