// Replaces the HAS_GENRE, DIRECTED and ACTED_IN edges of titles. The titles, genres and people are there already.
// Params: titles [{id, genres [id], directors [id], actors [id]}], people in billing order
// Returns: there, how many titles have all their edges
UNWIND $titles AS row
MATCH (title:Title {id: row.id})
CALL (title) {
  OPTIONAL MATCH (title)-[old:HAS_GENRE|DIRECTED|ACTED_IN]-()
  DELETE old
}
CALL (title, row) {
  UNWIND row.genres AS id
  MATCH (genre:Genre {id: id})
  CREATE (title)-[:HAS_GENRE {createdAt: datetime(), updatedAt: datetime()}]->(genre)
  RETURN count(*) AS genres
}
CALL (title, row) {
  UNWIND range(0, size(row.directors) - 1) AS order
  MATCH (person:Person {id: row.directors[order]})
  CREATE (person)-[:DIRECTED {order: order, createdAt: datetime(), updatedAt: datetime()}]->(title)
  RETURN count(*) AS directors
}
CALL (title, row) {
  UNWIND range(0, size(row.actors) - 1) AS order
  MATCH (person:Person {id: row.actors[order]})
  CREATE (person)-[:ACTED_IN {order: order, createdAt: datetime(), updatedAt: datetime()}]->(title)
  RETURN count(*) AS actors
}
WITH row, genres, directors, actors
WHERE genres = size(row.genres) AND directors = size(row.directors) AND actors = size(row.actors)
RETURN count(*) AS there
