// Removes the SIMILAR edges of generations before the current one that start from some titles, those that follow a
// title by id. To go through all of them, run it again after the last until there is none.
// Params: generation, the current one; after, a title; limit, how many titles
// Returns: last, the last of the titles; null if there was none
MATCH (title:Title)
WHERE title.id > $after
WITH title ORDER BY title.id LIMIT $limit
CALL (title) {
  MATCH (title)-[old:SIMILAR]->()
  WHERE old.generation < $generation
  DELETE old
}
RETURN max(title.id) AS last
