-- The name that the watch of a row has by itself, where it was found to be a play of another name.
ALTER TABLE import_rows ADD COLUMN name TEXT;

CREATE INDEX import_rows_by_name ON import_rows (profile, name) WHERE name IS NOT NULL;
