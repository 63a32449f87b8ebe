// Makes a person findable by its id, and its id unique.
// Params: none
// Returns: nothing
CREATE CONSTRAINT person_id IF NOT EXISTS FOR (person:Person) REQUIRE person.id IS UNIQUE
