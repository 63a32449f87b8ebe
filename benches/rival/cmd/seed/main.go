// Seed writes the made-up site of the bench: films, series with episodes, viewers and what they watched, in the form
// that `reelgraph load` reads, and beside them what the load generator asks for. The same seed and scale give the same
// bytes.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"time"
)

// The site at scale 1; another scale takes so many times of each.
const (
	films    = 5_000
	series   = 200
	viewers  = 6_000
	watches  = 1_000_000
	heldOut  = 2_000
	sessions = 1_000
	inputs   = 4_000
)

// The exponent of popularity, and the spread of how much one watches.
const (
	zipfExponent = 0.9
	sigma        = 0.8
)

// The time of the last watch: fixed, so that the bytes are the same whenever it runs.
var until = time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)

// How long the histories are.
const span = 2 * 365 * 24 * time.Hour

type site struct {
	random  *rand.Rand
	folder  string
	films   []film
	byGenre [][]int // the films of each genre, the most popular first
}

type film struct {
	Slug     string   `json:"slug"`
	Title    string   `json:"title"`
	Year     int      `json:"year"`
	Runtime  int      `json:"runtime_minutes"`
	Genres   []string `json:"genres"`
	Director []string `json:"directors"`
	Cast     []string `json:"cast"`
	Synopsis string   `json:"synopsis"`
	genres   []int
}

func main() {
	log.SetFlags(0)
	folder := flag.String("folder", "", "where the files go")
	scale := flag.Float64("scale", 1, "how many times the site")
	seed := flag.Uint64("seed", 1, "of the random numbers")
	flag.Parse()
	if *folder == "" || *scale <= 0 || flag.NArg() > 0 {
		log.Fatal("seed: needs --folder and a --scale above 0")
	}
	makeSite(*folder, *scale, *seed)
}

func makeSite(folder string, scale float64, seed uint64) {
	if err := os.MkdirAll(filepath.Join(folder, "load"), 0o755); err != nil {
		log.Fatal("seed: ", err)
	}
	times := func(count int) int { return max(1, int(math.Round(float64(count)*scale))) }
	made := &site{random: rand.New(rand.NewPCG(seed, 14)), folder: folder}
	made.makeFilms(times(films))
	made.writeSeries(times(series))
	made.writeWatches(times(viewers), times(watches), times(heldOut))
	made.writeInputs()
}

// file hands over what writes one JSON record a line.
func (s *site) file(name string, write func(record func(any))) {
	path := filepath.Join(s.folder, name)
	out, err := os.Create(path)
	if err != nil {
		log.Fatal("seed: ", err)
	}
	buffer := bufio.NewWriterSize(out, 1<<20)
	encoder := json.NewEncoder(buffer)
	write(func(record any) {
		if err := encoder.Encode(record); err != nil {
			log.Fatalf("seed: %s: %v", path, err)
		}
	})
	if err := buffer.Flush(); err != nil {
		log.Fatalf("seed: %s: %v", path, err)
	}
	if err := out.Close(); err != nil {
		log.Fatalf("seed: %s: %v", path, err)
	}
}

// makeFilms makes the films in the order of their popularity; their slugs tell nothing of it.
func (s *site) makeFilms(count int) {
	directors, actors := people(s.random, count/3+10), people(s.random, count+50)
	slugs := s.random.Perm(count)
	s.byGenre = make([][]int, len(genres))
	for index := range count {
		made := film{
			Slug:     fmt.Sprintf("film-%06d", slugs[index]+1),
			Title:    title(s.random),
			Year:     1950 + s.random.IntN(75),
			Runtime:  75 + s.random.IntN(90),
			Director: choose(s.random, directors, 1+s.random.IntN(2)),
			Cast:     choose(s.random, actors, 5+s.random.IntN(6)),
			Synopsis: synopsis(s.random, 300),
		}
		for _, genre := range s.random.Perm(len(genres))[:1+s.random.IntN(3)] {
			made.Genres = append(made.Genres, genres[genre])
			made.genres = append(made.genres, genre)
			s.byGenre[genre] = append(s.byGenre[genre], index)
		}
		s.films = append(s.films, made)
	}
	s.file("load/films.ndjson", func(record func(any)) {
		for _, film := range s.films {
			record(film)
		}
	})
}

func (s *site) writeSeries(count int) {
	slug := func(index int) string { return fmt.Sprintf("series-%04d", index+1) }
	s.file("load/series.ndjson", func(record func(any)) {
		for index := range count {
			record(map[string]any{
				"slug": slug(index), "title": title(s.random), "year": 1980 + s.random.IntN(45),
				"genres": []string{genres[s.random.IntN(len(genres))]}, "total_seasons": 2,
				"episode_runtime_minutes": 25 + 5*s.random.IntN(8),
			})
		}
	})
	s.file("load/episodes.ndjson", func(record func(any)) {
		for index := range count {
			for episode := range 20 {
				record(map[string]any{
					"series": slug(index), "season": 1 + episode/10, "episode": 1 + episode%10,
					"title": title(s.random),
				})
			}
		}
	})
}

type watch struct {
	Viewer     string  `json:"viewer"`
	Title      string  `json:"title"`
	At         string  `json:"at"`
	Completion float64 `json:"completion"`
}

// writeWatches writes what everybody watched, of some viewers what is held out, and whose sessions the load has.
func (s *site) writeWatches(viewers, watches, heldOut int) {
	of := s.shares(viewers, watches)
	all := newZipf(len(s.films))
	inGenre := make([]*zipf, len(genres))
	for genre, films := range s.byGenre {
		inGenre[genre] = newZipf(len(films))
	}
	key := func(viewer int) string { return fmt.Sprintf("viewer-%06d", viewer+1) }
	type held struct {
		Viewer string `json:"viewer"`
		Title  string `json:"title"`
	}
	var left []held
	s.file("load/watches.ndjson", func(record func(any)) {
		for viewer := range viewers {
			favourites := s.random.Perm(len(genres))[:3]
			draw := func() int {
				if s.random.Float64() < 0.7 {
					genre := favourites[pick(s.random, 0.6, 0.3)]
					if len(s.byGenre[genre]) > 0 {
						return s.byGenre[genre][inGenre[genre].draw(s.random)]
					}
				}
				return all.draw(s.random)
			}
			out := -1
			if viewer < heldOut {
				out = draw()
				left = append(left, held{key(viewer), s.films[out].Slug})
			}
			for written := 0; written < of[viewer]; {
				film := draw()
				if film == out && len(s.films) > 1 {
					continue
				}
				written++
				completion := 1.0
				if s.random.Float64() < 0.3 {
					completion = math.Round((0.1+0.85*s.random.Float64())*100) / 100
				}
				at := until.Add(-time.Duration(s.random.Int64N(int64(span)))).Truncate(time.Second)
				record(watch{key(viewer), s.films[film].Slug, at.Format(time.RFC3339), completion})
			}
		}
	})
	s.file("heldout.ndjson", func(record func(any)) {
		for _, one := range left {
			record(one)
		}
	})
	s.file("sessions.ndjson", func(record func(any)) {
		for _, viewer := range s.random.Perm(viewers)[:min(sessions, viewers)] {
			record(map[string]string{"viewer": key(viewer)})
		}
	})
}

// shares says how much each viewer watches: log-normal, so many in all.
func (s *site) shares(viewers, watches int) []int {
	weights := make([]float64, viewers)
	var sum float64
	for viewer := range weights {
		weights[viewer] = math.Exp(sigma * s.random.NormFloat64())
		sum += weights[viewer]
	}
	of := make([]int, viewers)
	given, reached := 0, 0.0
	for viewer, weight := range weights {
		reached += weight
		next := int(math.Round(reached / sum * float64(watches)))
		of[viewer], given = next-given, next
	}
	return of
}

// writeInputs writes what the load asks for, the same of every contestant.
func (s *site) writeInputs() {
	popular := newZipf(len(s.films))
	s.file("inputs.ndjson", func(record func(any)) {
		for range inputs {
			film := s.films[popular.draw(s.random)]
			var genre any
			if s.random.Float64() < 0.75 {
				genre = genres[s.random.IntN(len(genres))]
			}
			record(map[string]any{
				"film": film.Slug, "genre": genre, "page": 1 + s.random.IntN(3), "text": searched(film.Title),
			})
		}
	})
}

// zipf draws ranks from 0 on, each with the weight of its rank.
type zipf struct{ sums []float64 }

func newZipf(count int) *zipf {
	sums := make([]float64, count)
	var sum float64
	for rank := range sums {
		sum += math.Pow(float64(rank+1), -zipfExponent)
		sums[rank] = sum
	}
	return &zipf{sums}
}

func (z *zipf) draw(random *rand.Rand) int {
	target := random.Float64() * z.sums[len(z.sums)-1]
	return min(sort.SearchFloat64s(z.sums, target), len(z.sums)-1)
}

// pick is 0 or 1 with these chances, else 2.
func pick(random *rand.Rand, first, second float64) int {
	switch drawn := random.Float64(); {
	case drawn < first:
		return 0
	case drawn < first+second:
		return 1
	default:
		return 2
	}
}
