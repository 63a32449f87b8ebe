package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// From and above which share of a film it is to be resumed, and counts as watched.
const (
	resumeFrom   = 0.05
	watchedAbove = 0.9
)

// Reasons to refuse a report.
var (
	ErrNoFilm   = errors.New("there is no such film")
	ErrPosition = errors.New("the position is beyond the film")
	ErrPlay     = errors.New("the play is of something else")
)

// State is how a profile stands with a film: a document of `states`.
type State struct {
	ID         StateID   `bson:"_id"`
	Position   float64   `bson:"position"`
	Watched    bool      `bson:"watched"`
	Completion float64   `bson:"completion"`
	LastPlayed time.Time `bson:"lastPlayed"`
	Revision   int64     `bson:"revision"`
	Marks      int64     `bson:"marks"` // how often it was marked for the graph
}

// StateID is the profile and the film.
type StateID struct {
	Profile string `bson:"profile"`
	Film    string `bson:"film"`
}

// Report is what a player says.
type Report struct {
	Profile, Play string
	Film          *Film
	Position      float64
	Jump          bool
}

// Report records it: the play and the state in one transaction, majority and journal, before it returns. The graph
// learns of a new sitting and of one that is watched to the end: afterwards, unless GraphAtOnce. A repeated report
// changes nothing but the time.
func (s *Store) Report(ctx context.Context, report Report) (*State, error) {
	if report.Film == nil {
		return nil, ErrNoFilm
	}
	var duration float64
	if report.Film.Duration != nil {
		duration = float64(*report.Film.Duration)
	}
	if report.Position < 0 || duration > 0 && report.Position > duration {
		return nil, ErrPosition
	}
	session, err := s.mongo.StartSession()
	if err != nil {
		return nil, err
	}
	defer session.EndSession(ctx)
	now := time.Now().UTC()
	var state *State
	var dirty bool
	_, err = session.WithTransaction(ctx, func(ctx context.Context) (any, error) {
		isNew, err := s.putPlay(ctx, report, now)
		if err != nil {
			return nil, err
		}
		state, dirty, err = s.putState(ctx, report, duration, isNew, now)
		return nil, err
	})
	if mongo.IsDuplicateKeyError(err) {
		return nil, ErrPlay
	}
	if err != nil {
		return nil, err
	}
	if !dirty {
		return state, nil
	}
	one := edge{state.ID, state.Completion, now, state.Marks, state.Revision == 1}
	if s.GraphAtOnce {
		return state, s.project(ctx, []edge{one})
	}
	s.toGraph(one)
	return state, nil
}

func (s *Store) putPlay(ctx context.Context, report Report, now time.Time) (isNew bool, err error) {
	id := bson.D{{Key: "_id", Value: report.Play}, {Key: "profile", Value: report.Profile}, {Key: "film", Value: report.Film.ID}}
	before := bson.D{{Key: "$ifNull", Value: bson.A{"$position", report.Position}}}
	played := any(bson.D{{Key: "$max", Value: bson.A{0, bson.D{{Key: "$subtract", Value: bson.A{report.Position, before}}}}}})
	if report.Jump {
		played = 0
	}
	change := mongo.Pipeline{{{Key: "$set", Value: bson.D{
		{Key: "startedAt", Value: bson.D{{Key: "$ifNull", Value: bson.A{"$startedAt", now}}}},
		{Key: "seconds", Value: bson.D{{Key: "$add", Value: bson.A{bson.D{{Key: "$ifNull", Value: bson.A{"$seconds", 0}}}, played}}}},
		{Key: "position", Value: report.Position},
		{Key: "updatedAt", Value: now},
	}}}}
	result, err := s.plays.UpdateOne(ctx, id, change, options.UpdateOne().SetUpsert(true))
	if err != nil {
		return false, err
	}
	return result.UpsertedCount == 1, nil
}

func (s *Store) putState(ctx context.Context, report Report, duration float64, isNew bool, now time.Time) (*State, bool, error) {
	var share float64
	if duration > 0 {
		share = report.Position / duration
	}
	position := report.Position
	if share < resumeFrom || share > watchedAbove {
		position = 0
	}
	set := bson.D{{Key: "position", Value: position}, {Key: "lastPlayed", Value: now}}
	watched := share > watchedAbove
	if watched {
		set = append(set, bson.E{Key: "watched", Value: true})
	}
	plays := 0
	if isNew {
		plays = 1
	}
	id := StateID{report.Profile, report.Film.ID}
	dirty, marks := isNew || watched, 0
	if dirty {
		set, marks = append(set, bson.E{Key: "dirty", Value: true}), 1
	}
	change := bson.D{
		{Key: "$set", Value: set},
		{Key: "$max", Value: bson.D{{Key: "completion", Value: share}}},
		{Key: "$inc", Value: bson.D{{Key: "plays", Value: plays}, {Key: "revision", Value: 1}, {Key: "marks", Value: marks}}},
		{Key: "$setOnInsert", Value: bson.D{{Key: "profile", Value: report.Profile}}},
	}
	var state State
	after := options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)
	err := s.states.FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: id}}, change, after).Decode(&state)
	if err != nil {
		return nil, false, err
	}
	return &state, dirty, nil
}
