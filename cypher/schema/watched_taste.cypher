// Makes the edges that say something of a profile's taste findable by the profile, in the order of their last watch.
// Params: none
// Returns: nothing
CREATE INDEX watched_taste IF NOT EXISTS FOR ()-[watched:WATCHED]-() ON (watched.taste, watched.lastAt)
