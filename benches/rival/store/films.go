// Package store is what the rival keeps: the record in MongoDB, the graph in Neo4j, sessions in Redis.
package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// ErrCursor is told of a cursor that no page has given.
var ErrCursor = errors.New("the cursor is of no list")

// Film is a document of `films`, found by its slug.
type Film struct {
	ID        string   `bson:"_id"`
	Slug      string   `bson:"slug"`
	Name      string   `bson:"name"`
	Year      *int     `bson:"year"`
	Duration  *int     `bson:"duration"` // in seconds
	GenreIDs  []string `bson:"genres"`
	Directors []string `bson:"directors"`
	Actors    []string `bson:"actors"`
	Watchers  int64    `bson:"watchers"`
}

// IsTitle marks what the interface of the schema has.
func (*Film) IsTitle() {}

// GetID is asked for by the interface of the schema, as those that follow.
func (f *Film) GetID() string   { return f.ID }
func (f *Film) GetSlug() string { return f.Slug }
func (f *Film) GetName() string { return f.Name }
func (f *Film) GetYear() *int   { return f.Year }

// Genre is a document of `genres`.
type Genre struct {
	ID   string `bson:"_id"`
	Name string `bson:"name"`
}

// Person is a document of `people`.
type Person struct {
	ID   string `bson:"_id"`
	Name string `bson:"name"`
}

// Films, Genres and People are read by id, many at a time.
func (s *Store) Films(ctx context.Context, ids []string) (map[string]*Film, error) {
	return byID(ctx, s.films, ids, func(film *Film) string { return film.ID })
}

func (s *Store) Genres(ctx context.Context, ids []string) (map[string]*Genre, error) {
	return byID(ctx, s.genres, ids, func(genre *Genre) string { return genre.ID })
}

func (s *Store) People(ctx context.Context, ids []string) (map[string]*Person, error) {
	return byID(ctx, s.people, ids, func(person *Person) string { return person.ID })
}

func byID[T any](ctx context.Context, from *mongo.Collection, ids []string, key func(*T) string) (map[string]*T, error) {
	cursor, err := from.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}})
	if err != nil {
		return nil, err
	}
	var found []*T
	if err := cursor.All(ctx, &found); err != nil {
		return nil, err
	}
	all := make(map[string]*T, len(found))
	for _, one := range found {
		all[key(one)] = one
	}
	return all, nil
}

// FilmBySlug is nil if there is none.
func (s *Store) FilmBySlug(ctx context.Context, slug string) (*Film, error) {
	var film Film
	err := s.films.FindOne(ctx, bson.D{{Key: "slug", Value: slug}}).Decode(&film)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	return &film, err
}

// Popular is a page of films, the most watched first, and whether more follow; keyset, by watchers and id.
func (s *Store) Popular(ctx context.Context, genres []string, first int, after *string) ([]*Film, bool, error) {
	filter := bson.D{}
	if len(genres) > 0 {
		filter = append(filter, bson.E{Key: "genres", Value: bson.D{{Key: "$in", Value: genres}}})
	}
	if after != nil {
		watchers, id, err := readCursor(*after)
		if err != nil {
			return nil, false, err
		}
		filter = append(filter, bson.E{Key: "$or", Value: bson.A{
			bson.D{{Key: "watchers", Value: bson.D{{Key: "$lt", Value: watchers}}}},
			bson.D{{Key: "watchers", Value: watchers}, {Key: "_id", Value: bson.D{{Key: "$gt", Value: id}}}},
		}})
	}
	sort := options.Find().SetSort(bson.D{{Key: "watchers", Value: -1}, {Key: "_id", Value: 1}}).SetLimit(int64(first) + 1)
	cursor, err := s.films.Find(ctx, filter, sort)
	if err != nil {
		return nil, false, err
	}
	var films []*Film
	if err := cursor.All(ctx, &films); err != nil {
		return nil, false, err
	}
	if len(films) > first {
		return films[:first], true, nil
	}
	return films, false, nil
}

// Cursor is where a page of popular films ended.
func Cursor(film *Film) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", film.Watchers, film.ID))
}

func readCursor(cursor string) (watchers int64, id string, err error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, "", ErrCursor
	}
	if _, err := fmt.Sscanf(string(text), "%d %s", &watchers, &id); err != nil {
		return 0, "", ErrCursor
	}
	return watchers, id, nil
}

// Search finds films by words of their names, the best match first.
func (s *Store) Search(ctx context.Context, text string, first int) ([]*Film, error) {
	score := bson.D{{Key: "$meta", Value: "textScore"}}
	by := options.Find().SetSort(bson.D{{Key: "score", Value: score}}).SetProjection(bson.D{{Key: "score", Value: score}}).SetLimit(int64(first))
	cursor, err := s.films.Find(ctx, bson.D{{Key: "$text", Value: bson.D{{Key: "$search", Value: strings.TrimSpace(text)}}}}, by)
	if err != nil {
		return nil, err
	}
	var films []*Film
	err = cursor.All(ctx, &films)
	return films, err
}
