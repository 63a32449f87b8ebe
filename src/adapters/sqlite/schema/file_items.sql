-- Which files are of what in the catalogue, so that those of a film are found by it. Triggers keep it, so that versions which
-- know nothing of it do so as well. `item` is the kind and the id, as `film:7`.
CREATE TABLE media_file_items (
    item TEXT NOT NULL,
    file BLOB NOT NULL,
    PRIMARY KEY (item, file)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO media_file_items (item, file)
    SELECT (entry.value ->> 'kind') || ':' || (entry.value ->> 'id'), media_files.id
    FROM media_files, json_each(media_files.body, '$.items') AS entry;

CREATE TRIGGER media_files_written AFTER INSERT ON media_files BEGIN
    INSERT OR IGNORE INTO media_file_items (item, file)
        SELECT (entry.value ->> 'kind') || ':' || (entry.value ->> 'id'), NEW.id
        FROM json_each(NEW.body, '$.items') AS entry;
END;

CREATE TRIGGER media_files_changed AFTER UPDATE OF body ON media_files
    WHEN OLD.body -> '$.items' IS NOT NEW.body -> '$.items'
BEGIN
    DELETE FROM media_file_items WHERE file = OLD.id AND item IN (
        SELECT (value ->> 'kind') || ':' || (value ->> 'id') FROM json_each(OLD.body, '$.items')
    );
    INSERT OR IGNORE INTO media_file_items (item, file)
        SELECT (entry.value ->> 'kind') || ':' || (entry.value ->> 'id'), NEW.id
        FROM json_each(NEW.body, '$.items') AS entry;
END;

CREATE TRIGGER media_files_deleted AFTER DELETE ON media_files BEGIN
    DELETE FROM media_file_items WHERE file = OLD.id AND item IN (
        SELECT (value ->> 'kind') || ':' || (value ->> 'id') FROM json_each(OLD.body, '$.items')
    );
END;
