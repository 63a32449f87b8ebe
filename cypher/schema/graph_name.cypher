// Makes the one node unique that says which generation of SIMILAR edges is the current one.
// Params: none
// Returns: nothing
CREATE CONSTRAINT graph_name IF NOT EXISTS FOR (graph:Graph) REQUIRE graph.name IS UNIQUE
