-- The refresh token that a session had before: its hash, the salt that made the next one of it, and when that was. It
-- stays good for a moment. Times are milliseconds since 1970 UTC.

ALTER TABLE sessions ADD COLUMN former BLOB;
ALTER TABLE sessions ADD COLUMN salt BLOB;
ALTER TABLE sessions ADD COLUMN rotated_at INTEGER;
