// Walks the titles that were written (not only needed by an edge), with their edges to genres and people.
// Params: after, an id; limit
// Returns: id, film, slug, year, revision, genres [id], directors [id], actors [id]; titles and genres by id, people
//   in billing order, then by id
MATCH (title:Title)
WHERE title.id > $after AND title.revision > 0
WITH title ORDER BY title.id LIMIT $limit
RETURN title.id AS id,
  title:Film AS film,
  title.slug AS slug,
  title.year AS year,
  title.revision AS revision,
  COLLECT {
    MATCH (title)-[:HAS_GENRE]->(genre)
    WITH genre.id AS genre ORDER BY genre
    RETURN genre
  } AS genres,
  COLLECT {
    MATCH (title)<-[part:DIRECTED]-(person)
    WITH person.id AS person, part.order AS order ORDER BY order, person
    RETURN person
  } AS directors,
  COLLECT {
    MATCH (title)<-[part:ACTED_IN]-(person)
    WITH person.id AS person, part.order AS order ORDER BY order, person
    RETURN person
  } AS actors
ORDER BY id
