-- The place of genres, collections and episodes in the change feed; null: last written before they were part of it.

ALTER TABLE genres ADD COLUMN sequence INTEGER;
ALTER TABLE collections ADD COLUMN sequence INTEGER;
ALTER TABLE episodes ADD COLUMN sequence INTEGER;

CREATE UNIQUE INDEX genres_in_feed ON genres (sequence) WHERE sequence IS NOT NULL;
CREATE UNIQUE INDEX collections_in_feed ON collections (sequence) WHERE sequence IS NOT NULL;
CREATE UNIQUE INDEX episodes_in_feed ON episodes (sequence) WHERE sequence IS NOT NULL;
