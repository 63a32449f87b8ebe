-- API keys end. Those that were made before last a year from now on. Times are milliseconds since 1970 UTC.

ALTER TABLE api_keys ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
UPDATE api_keys SET expires_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) + 31536000000;
