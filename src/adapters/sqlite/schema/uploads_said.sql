-- What clients said of uploads when they began them, as tus writes that, and the ids of the parts that they were joined from,
-- with blanks between them.
ALTER TABLE uploads ADD COLUMN metadata TEXT;
ALTER TABLE uploads ADD COLUMN joined_from TEXT;
