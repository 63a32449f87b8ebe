// Makes a title findable by its id, and its id unique: every statement that names a title starts here.
// Params: none
// Returns: nothing
CREATE CONSTRAINT title_id IF NOT EXISTS FOR (title:Title) REQUIRE title.id IS UNIQUE
