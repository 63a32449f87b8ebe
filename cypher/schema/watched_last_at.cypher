// Makes what was watched lately findable.
// Params: none
// Returns: nothing
CREATE INDEX watched_last_at IF NOT EXISTS FOR ()-[watched:WATCHED]-() ON (watched.lastAt)
