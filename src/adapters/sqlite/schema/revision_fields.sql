-- Which revisions changed a field, so that a list of them is read by it. Triggers keep it, so that versions which know
-- nothing of it do so as well.
CREATE TABLE catalog_revision_fields (
    field TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (field, revision)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO catalog_revision_fields (field, revision)
    SELECT entry.value ->> 'field', catalog_revisions.id
    FROM catalog_revisions, json_each(catalog_revisions.fields) AS entry;

CREATE TRIGGER catalog_revisions_written AFTER INSERT ON catalog_revisions BEGIN
    INSERT OR IGNORE INTO catalog_revision_fields (field, revision)
        SELECT entry.value ->> 'field', NEW.id FROM json_each(NEW.fields) AS entry;
END;

CREATE TRIGGER catalog_revisions_deleted AFTER DELETE ON catalog_revisions BEGIN
    DELETE FROM catalog_revision_fields WHERE revision = OLD.id
        AND field IN (SELECT value ->> 'field' FROM json_each(OLD.fields));
END;

CREATE INDEX catalog_revisions_of_source ON catalog_revisions (source, id);
