-- The fingerprint that a folder had when what its sidecars and pictures say was last brought into the catalogue, and what
-- its sidecars said when they were read last, as JSON.
ALTER TABLE library_folders ADD COLUMN titles_of TEXT;
ALTER TABLE library_folders ADD COLUMN sidecars TEXT;
