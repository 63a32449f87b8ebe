-- The latest time in which nothing of what a profile plays is kept; without an end it lasts.
ALTER TABLE profiles ADD COLUMN paused_since INTEGER;
ALTER TABLE profiles ADD COLUMN paused_until INTEGER;
