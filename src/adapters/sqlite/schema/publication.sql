-- Who may see a title. The columns follow from its document; what was stored before was published, and not rated.

ALTER TABLE titles ADD COLUMN age INTEGER; -- the age in years that it asks for; null: it is not rated
-- From which millisecond since 1970 on, and before which, viewers may see it; the other way round: never.
ALTER TABLE titles ADD COLUMN open_from INTEGER NOT NULL DEFAULT -9223372036854775808;
ALTER TABLE titles ADD COLUMN open_until INTEGER NOT NULL DEFAULT 9223372036854775807;

CREATE INDEX titles_of_age ON titles (age, open_from, open_until);
