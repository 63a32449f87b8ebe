package store

import (
	"context"
	"log"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// How many edges go to the graph in one transaction, and for how long the first of them waits for others.
const (
	most    = 500
	waiting = 100 * time.Millisecond
)

// How many of those who watched a popular film are asked what else they watched: all of them would take a second.
const asked = 200

type edge struct {
	id         StateID
	completion float64
	at         time.Time
	marks      int64
	isNew      bool
}

// toGraph hands the edge to the projector. If too many wait, the mark in the record is what is left of it, until the
// next start.
func (s *Store) toGraph(one edge) {
	select {
	case s.waiting <- one:
	default:
		log.Print("too many edges wait for the graph; the rest follows at the next start")
	}
}

// Project brings edges to the graph until the context ends: first those that an earlier run left marked, then what is
// reported. What cannot be brought stays marked.
func (s *Store) Project(ctx context.Context) error {
	if err := s.projectMarked(ctx); err != nil {
		return err
	}
	for {
		batch := s.take(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err := s.project(ctx, batch); err != nil {
			log.Printf("edges were not projected, and stay marked: %v", err)
		}
	}
}

func (s *Store) take(ctx context.Context) []edge {
	var batch []edge
	var late <-chan time.Time
	for len(batch) < most {
		select {
		case one := <-s.waiting:
			if batch = append(batch, one); late == nil {
				late = time.After(waiting)
			}
		case <-late:
			return batch
		case <-ctx.Done():
			return nil
		}
	}
	return batch
}

func (s *Store) projectMarked(ctx context.Context) error {
	cursor, err := s.states.Find(ctx, bson.D{{Key: "dirty", Value: true}})
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	var batch []edge
	for cursor.Next(ctx) {
		var state State
		if err := cursor.Decode(&state); err != nil {
			return err
		}
		batch = append(batch, edge{state.ID, state.Completion, state.LastPlayed, state.Marks, state.Revision == 1})
		if len(batch) == most {
			if err := s.project(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := cursor.Err(); err != nil || len(batch) == 0 {
		return err
	}
	return s.project(ctx, batch)
}

const watched = `UNWIND $rows AS row
MATCH (film:Film {id: row.film})
MERGE (profile:Profile {id: row.profile})
MERGE (profile)-[watched:WATCHED]->(film)
SET watched.at = row.at, watched.completion = row.completion`

func (s *Store) project(ctx context.Context, batch []edge) error {
	rows := make([]any, len(batch))
	marks := make([]mongo.WriteModel, len(batch))
	more := map[string]int{}
	for index, one := range batch {
		rows[index] = map[string]any{
			"profile": one.id.Profile, "film": one.id.Film, "at": one.at.UnixMilli(), "completion": one.completion,
		}
		marks[index] = mongo.NewUpdateOneModel().
			SetFilter(bson.D{{Key: "_id", Value: one.id}, {Key: "marks", Value: one.marks}}).
			SetUpdate(bson.D{{Key: "$unset", Value: bson.D{{Key: "dirty", Value: 1}}}})
		if one.isNew {
			more[one.id.Film]++
		}
	}
	if _, err := s.query(ctx, watched, map[string]any{"rows": rows}); err != nil {
		return err
	}
	unordered := options.BulkWrite().SetOrdered(false)
	if _, err := s.states.BulkWrite(ctx, marks, unordered); err != nil {
		return err
	}
	if len(more) == 0 {
		return nil
	}
	var counts []mongo.WriteModel
	for film, watchers := range more {
		counts = append(counts, mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: film}}).
			SetUpdate(bson.D{{Key: "$inc", Value: bson.D{{Key: "watchers", Value: watchers}}}}))
	}
	_, err := s.films.BulkWrite(ctx, counts, unordered)
	return err
}

const similar = `MATCH (film:Film {id: $film})
CALL { WITH film MATCH (film)<-[:WATCHED]-(profile) RETURN profile LIMIT $asked }
MATCH (profile)-[:WATCHED]->(other) WHERE other <> film
RETURN other.id AS id, count(*) AS together ORDER BY together DESC, id LIMIT $first`

// Similar is what those who watched the film watched most.
func (s *Store) Similar(ctx context.Context, film string, first int) ([]string, error) {
	return s.ids(ctx, similar, map[string]any{"film": film, "first": first, "asked": asked})
}

const forProfile = `MATCH (me:Profile {id: $profile})-[mine:WATCHED]->(film)
WITH me, film ORDER BY mine.at DESC LIMIT 20
CALL { WITH me, film MATCH (film)<-[:WATCHED]-(profile) WHERE profile <> me RETURN profile LIMIT 20 }
MATCH (profile)-[:WATCHED]->(other)
WITH me, other, count(*) AS together ORDER BY together DESC, other.id LIMIT $candidates
WHERE NOT EXISTS { (me)-[:WATCHED]->(other) }
RETURN other.id AS id LIMIT $first`

// ForProfile is what those who watched the newest films of the profile watched most, without what it knows.
func (s *Store) ForProfile(ctx context.Context, profile string, first int) ([]string, error) {
	return s.ids(ctx, forProfile, map[string]any{"profile": profile, "first": first, "candidates": 1000})
}

func (s *Store) ids(ctx context.Context, statement string, values map[string]any) ([]string, error) {
	result, err := s.query(ctx, statement, values, neo4j.ExecuteQueryWithReadersRouting())
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(result.Records))
	for _, record := range result.Records {
		id, _, err := neo4j.GetRecordValue[string](record, "id")
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}
