-- The fingerprint that a folder had when what its sidecars and pictures say was last brought into the catalogue.
ALTER TABLE library_folders ADD COLUMN titles_of TEXT;
