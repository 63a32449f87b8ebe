-- The age in years from which a title may be seen: the strictest of the certifications in its document; null if unrated.
-- Titles of before have none.

ALTER TABLE titles ADD COLUMN age INTEGER;

CREATE INDEX titles_of_age ON titles (age);
