-- When the address of an account was proven, and who asked for a mail. Times are milliseconds since 1970 UTC.

ALTER TABLE users ADD COLUMN proven_at INTEGER;
ALTER TABLE mails ADD COLUMN asked TEXT; -- JSON
