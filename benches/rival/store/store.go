package store

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
	"github.com/redis/go-redis/v9"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

// Database is its own, beside those of others on the same server.
const Database = "rival"

// Store holds the connections, and what waits for the graph.
type Store struct {
	// GraphAtOnce brings each edge to the graph before the report is answered, instead of many of them afterwards.
	GraphAtOnce bool

	mongo  *mongo.Client
	graph  neo4j.DriverWithContext
	redis  *redis.Client
	films  *mongo.Collection
	genres *mongo.Collection
	people *mongo.Collection
	plays  *mongo.Collection
	states *mongo.Collection

	waiting chan edge
}

// Open connects to the servers that the environment names, as the site's own settings do.
func Open(ctx context.Context) (*Store, error) {
	journaled := true
	durable := &writeconcern.WriteConcern{W: "majority", Journal: &journaled}
	client, err := mongo.Connect(options.Client().ApplyURI(os.Getenv("MONGODB_URI")).
		SetMaxPoolSize(64).SetMinPoolSize(16).SetWriteConcern(durable).SetTimeout(4 * time.Second))
	if err != nil {
		return nil, fmt.Errorf("MongoDB: %w", err)
	}
	auth := neo4j.BasicAuth(os.Getenv("NEO4J_USER"), os.Getenv("NEO4J_PASSWORD"), "")
	graph, err := neo4j.NewDriverWithContext(os.Getenv("NEO4J_URI"), auth, func(config *config.Config) {
		config.MaxConnectionPoolSize = 64
		config.TelemetryDisabled = true
	})
	if err != nil {
		return nil, fmt.Errorf("Neo4j: %w", err)
	}
	if err := graph.VerifyConnectivity(ctx); err != nil {
		return nil, fmt.Errorf("Neo4j: %w", err)
	}
	address, err := redis.ParseURL(os.Getenv("REDIS_URL"))
	if err != nil {
		return nil, fmt.Errorf("Redis: %w", err)
	}
	address.PoolSize, address.MinIdleConns = 32, 8
	db := client.Database(Database)
	store := &Store{
		mongo: client, graph: graph, redis: redis.NewClient(address),
		films: db.Collection("films"), genres: db.Collection("genres"), people: db.Collection("people"),
		plays: db.Collection("plays"), states: db.Collection("states"),
		waiting: make(chan edge, 100_000),
	}
	return store, store.makeIndexes(ctx)
}

// Close ends the connections.
func (s *Store) Close(ctx context.Context) error {
	_ = s.redis.Close()
	_ = s.graph.Close(ctx)
	return s.mongo.Disconnect(ctx)
}

// makeIndexes makes what each query of the server goes by.
func (s *Store) makeIndexes(ctx context.Context) error {
	key := func(fields ...string) bson.D {
		var keys bson.D
		for _, field := range fields {
			direction := 1
			if field[0] == '-' {
				field, direction = field[1:], -1
			}
			keys = append(keys, bson.E{Key: field, Value: direction})
		}
		return keys
	}
	onlyDirty := options.Index().SetPartialFilterExpression(bson.D{{Key: "dirty", Value: true}})
	wanted := []struct {
		of    *mongo.Collection
		index mongo.IndexModel
	}{
		{s.films, mongo.IndexModel{Keys: key("slug"), Options: options.Index().SetUnique(true)}},
		{s.films, mongo.IndexModel{Keys: key("-watchers", "_id")}},
		{s.films, mongo.IndexModel{Keys: key("genres", "-watchers", "_id")}},
		{s.films, mongo.IndexModel{Keys: bson.D{{Key: "name", Value: "text"}}, Options: options.Index().SetDefaultLanguage("none")}},
		{s.plays, mongo.IndexModel{Keys: key("profile", "-startedAt")}},
		{s.states, mongo.IndexModel{Keys: key("profile", "-lastPlayed")}},
		{s.states, mongo.IndexModel{Keys: key("dirty"), Options: onlyDirty}},
	}
	for _, one := range wanted {
		if _, err := one.of.Indexes().CreateOne(ctx, one.index); err != nil {
			return fmt.Errorf("an index of %s: %w", one.of.Name(), err)
		}
	}
	for _, statement := range []string{
		"CREATE CONSTRAINT film_id IF NOT EXISTS FOR (film:Film) REQUIRE film.id IS UNIQUE",
		"CREATE CONSTRAINT profile_id IF NOT EXISTS FOR (profile:Profile) REQUIRE profile.id IS UNIQUE",
	} {
		if _, err := s.query(ctx, statement, nil); err != nil {
			return fmt.Errorf("Neo4j: %w", err)
		}
	}
	return nil
}

// query runs one statement, again if the server asks for that.
func (s *Store) query(ctx context.Context, statement string, values map[string]any, more ...neo4j.ExecuteQueryConfigurationOption) (*neo4j.EagerResult, error) {
	more = append(more, neo4j.ExecuteQueryWithDatabase("neo4j"))
	return neo4j.ExecuteQuery(ctx, s.graph, statement, values, neo4j.EagerResultTransformer, more...)
}
