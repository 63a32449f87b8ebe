-- Lists of titles are made in memory: what they were sorted, filtered and counted by here goes. It follows from the
-- documents.

DROP INDEX titles_by_name;
DROP INDEX titles_by_added;
DROP INDEX titles_by_released;
DROP INDEX titles_by_popularity;
DROP INDEX titles_of_kind;
DROP INDEX titles_of_year;
DROP INDEX titles_of_age;

ALTER TABLE titles DROP COLUMN kind;
ALTER TABLE titles DROP COLUMN year;
ALTER TABLE titles DROP COLUMN by_name;
ALTER TABLE titles DROP COLUMN by_added;
ALTER TABLE titles DROP COLUMN by_released;
ALTER TABLE titles DROP COLUMN age;
ALTER TABLE titles DROP COLUMN open_from;
ALTER TABLE titles DROP COLUMN open_until;

DROP TABLE title_genres;
DROP TABLE title_people;
DROP TABLE title_languages;

-- Programs of before cannot use this file any more.
UPDATE projection_notes
    SET notes = json_set(notes,
        '$.schema.version', max(coalesce(notes ->> '$.schema.version', 0), 2),
        '$.schema.oldest_reader', max(coalesce(notes ->> '$.schema.oldest_reader', 0), 2));
