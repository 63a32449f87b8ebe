// Makes a profile findable by its id, and its id unique.
// Params: none
// Returns: nothing
CREATE CONSTRAINT profile_id IF NOT EXISTS FOR (profile:Profile) REQUIRE profile.id IS UNIQUE
