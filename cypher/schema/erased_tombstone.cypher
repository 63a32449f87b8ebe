// Makes the tombstone of an erased profile, which is stored as `trace`, findable and unique.
// Params: none
// Returns: nothing
CREATE CONSTRAINT erased_trace IF NOT EXISTS FOR (erased:Erased) REQUIRE erased.trace IS UNIQUE
