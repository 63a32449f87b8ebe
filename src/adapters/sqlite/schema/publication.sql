-- From which millisecond since 1970 on, and before which, viewers may see a title; the other way round: never. The
-- columns follow from the document; what was stored before was published.

ALTER TABLE titles ADD COLUMN open_from INTEGER NOT NULL DEFAULT -9223372036854775808;
ALTER TABLE titles ADD COLUMN open_until INTEGER NOT NULL DEFAULT 9223372036854775807;

-- Counts what may be seen without a look at the table, and finds the few titles that are for a small child.
DROP INDEX titles_of_age;
CREATE INDEX titles_of_age ON titles (age, open_from, open_until);
