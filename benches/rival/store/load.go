package store

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// How many documents or edges are written at a time.
const atOnce = 10_000

type loadedFilm struct {
	Slug      string   `json:"slug"`
	Title     string   `json:"title"`
	Year      int      `json:"year"`
	Runtime   int      `json:"runtime_minutes"`
	Genres    []string `json:"genres"`
	Directors []string `json:"directors"`
	Cast      []string `json:"cast"`
}

type loadedWatch struct {
	Viewer     string    `json:"viewer"`
	Title      string    `json:"title"`
	At         time.Time `json:"at"`
	Completion float64   `json:"completion"`
}

// Load fills empty stores from a folder of files.
func (s *Store) Load(ctx context.Context, folder string) error {
	if err := s.loadFilms(ctx, folder); err != nil {
		return err
	}
	return s.loadWatches(ctx, folder)
}

// Begin begins a session of each profile in a file; a line of out has its cookie.
func (s *Store) Begin(ctx context.Context, sessions string, out io.Writer) error {
	return read(sessions, func(one loadedWatch) error {
		token := rand.Text()
		if err := s.PutSession(ctx, token, one.Viewer); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "session=%s\n", token)
		return err
	})
}

func (s *Store) loadFilms(ctx context.Context, folder string) error {
	genres, people := map[string]bool{}, map[string]bool{}
	var films, nodes []any
	err := read(filepath.Join(folder, "films.ndjson"), func(loaded loadedFilm) error {
		seconds := loaded.Runtime * 60
		film := Film{
			ID: loaded.Slug, Slug: loaded.Slug, Name: loaded.Title, Year: &loaded.Year, Duration: &seconds,
			GenreIDs: loaded.Genres, Directors: loaded.Directors, Actors: loaded.Cast,
		}
		films, nodes = append(films, film), append(nodes, map[string]any{"id": film.ID})
		for _, genre := range loaded.Genres {
			genres[genre] = true
		}
		for _, person := range append(loaded.Directors, loaded.Cast...) {
			people[person] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	var genreDocuments, peopleDocuments []any
	for name := range genres {
		genreDocuments = append(genreDocuments, Genre{name, name})
	}
	for name := range people {
		peopleDocuments = append(peopleDocuments, Person{name, name})
	}
	_, first := s.films.InsertMany(ctx, films)
	_, second := s.genres.InsertMany(ctx, genreDocuments)
	_, third := s.people.InsertMany(ctx, peopleDocuments)
	_, fourth := s.query(ctx, "UNWIND $rows AS row CREATE (:Film {id: row.id})", map[string]any{"rows": nodes})
	return errors.Join(first, second, third, fourth)
}

// loadWatches writes plays, what they add up to, and the edges; the film's watchers are counted as they come.
func (s *Store) loadWatches(ctx context.Context, folder string) error {
	states := map[StateID]*State{}
	watchers := map[string]int64{}
	var plays []any
	err := read(filepath.Join(folder, "watches.ndjson"), func(watch loadedWatch) error {
		id := StateID{watch.Viewer, watch.Title}
		state := states[id]
		if state == nil {
			state = &State{ID: id}
			states[id] = state
			watchers[watch.Title]++
		}
		state.Revision++
		state.Completion = max(state.Completion, watch.Completion)
		state.Watched = state.Watched || watch.Completion > watchedAbove
		if watch.At.After(state.LastPlayed) {
			state.LastPlayed = watch.At
		}
		plays = append(plays, bson.D{
			{Key: "_id", Value: rand.Text()}, {Key: "profile", Value: watch.Viewer}, {Key: "film", Value: watch.Title},
			{Key: "startedAt", Value: watch.At}, {Key: "updatedAt", Value: watch.At},
		})
		if len(plays) < atOnce {
			return nil
		}
		_, err := s.plays.InsertMany(ctx, plays)
		plays = plays[:0]
		return err
	})
	if err != nil {
		return err
	}
	if len(plays) > 0 {
		if _, err := s.plays.InsertMany(ctx, plays); err != nil {
			return err
		}
	}
	for film, count := range watchers {
		change := bson.D{{Key: "$set", Value: bson.D{{Key: "watchers", Value: count}}}}
		if _, err := s.films.UpdateByID(ctx, film, change); err != nil {
			return err
		}
	}
	return s.loadStates(ctx, states)
}

func (s *Store) loadStates(ctx context.Context, states map[StateID]*State) error {
	var documents, rows []any
	write := func() error {
		if _, err := s.states.InsertMany(ctx, documents); err != nil {
			return err
		}
		_, err := s.query(ctx, watched, map[string]any{"rows": rows})
		documents, rows = documents[:0], rows[:0]
		return err
	}
	for id, state := range states {
		documents = append(documents, bson.D{
			{Key: "_id", Value: id}, {Key: "profile", Value: id.Profile}, {Key: "position", Value: 0.0},
			{Key: "watched", Value: state.Watched}, {Key: "completion", Value: state.Completion},
			{Key: "lastPlayed", Value: state.LastPlayed}, {Key: "revision", Value: state.Revision},
			{Key: "plays", Value: state.Revision},
		})
		rows = append(rows, map[string]any{
			"profile": id.Profile, "film": id.Film, "at": state.LastPlayed.UnixMilli(), "completion": state.Completion,
		})
		if len(documents) == atOnce {
			if err := write(); err != nil {
				return err
			}
		}
	}
	if len(documents) > 0 {
		return write()
	}
	return nil
}

// read hands over each record of a file, a line each.
func read[T any](path string, each func(T) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := json.NewDecoder(bufio.NewReaderSize(file, 1<<20))
	for number := 1; ; number++ {
		var one T
		err := lines.Decode(&one)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = each(one)
		}
		if err != nil {
			return fmt.Errorf("%s: line %d: %w", path, number, err)
		}
	}
}
