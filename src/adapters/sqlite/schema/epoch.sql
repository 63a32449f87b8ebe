-- The epoch that the graph is written in; NULL: none was noted.

ALTER TABLE graph_meta ADD COLUMN epoch_number INTEGER;
ALTER TABLE graph_meta ADD COLUMN epoch_name TEXT;
ALTER TABLE graph_meta ADD COLUMN epoch_tick INTEGER;

-- The latest version of what is stored that has written to the graph, and the oldest that can read what it wrote.
ALTER TABLE graph_meta ADD COLUMN schema_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE graph_meta ADD COLUMN oldest_reader INTEGER NOT NULL DEFAULT 0;
