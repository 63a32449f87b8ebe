package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"
)

// input is a line of inputs.ndjson.
type input struct {
	Film  string  `json:"film"`
	Genre *string `json:"genre"`
	Page  int     `json:"page"`
	Text  string  `json:"text"`
}

// target is an input in the words of one contestant.
type target struct {
	Film     string  `json:"film"`
	ID       string  `json:"id"`
	Duration float64 `json:"duration"` // in seconds
	Genre    *string `json:"genre"`    // the id
	After    *string `json:"after"`
	Text     string  `json:"text"`
}

// prepare looks up ids and cursors, once for all scenarios.
func prepare(arguments []string) error {
	flags := flag.NewFlagSet("prepare", flag.ExitOnError)
	address := flags.String("address", "", "of the contestant")
	documentsPath := flags.String("documents", "", "documents.json")
	inputsPath := flags.String("inputs", "", "inputs.ndjson")
	out := flags.String("out", "", "where the targets go")
	_ = flags.Parse(arguments)
	asked, err := documents(*documentsPath)
	if err != nil {
		return err
	}
	inputs, err := readLines[input](*inputsPath)
	if err != nil {
		return err
	}
	films, genres, err := lookUp(*address, asked["detail"], inputs)
	if err != nil {
		return err
	}
	here, err := dial(*address)
	if err != nil {
		return err
	}
	defer here.close()
	targets := make([]target, len(inputs))
	cursors := map[string][]*string{}
	for index, one := range inputs {
		targets[index] = films[one.Film]
		targets[index].Text = one.Text
		var genre *string
		key := ""
		if one.Genre != nil {
			id, known := genres[*one.Genre]
			if !known {
				continue // no film of the inputs has it
			}
			genre, key = &id, id
		}
		if cursors[key] == nil {
			if cursors[key], err = pages(here, asked["home"], genre); err != nil {
				return err
			}
		}
		targets[index].Genre = genre
		targets[index].After = cursors[key][min(one.Page, len(cursors[key]))-1]
	}
	text, err := json.Marshal(targets)
	if err != nil {
		return err
	}
	return os.WriteFile(*out, text, 0o644)
}

// lookUp asks for each film once, and learns the ids of genres on the way.
func lookUp(address string, detail document, inputs []input) (map[string]target, map[string]string, error) {
	films, genres := map[string]target{}, map[string]string{}
	var slugs []string
	for _, one := range inputs {
		if _, known := films[one.Film]; !known {
			films[one.Film] = target{}
			slugs = append(slugs, one.Film)
		}
	}
	var lock sync.Mutex
	err := inParallel(8, len(slugs), func(worker int) (func(int) error, error) {
		here, err := dial(address)
		return func(index int) error {
			slug := slugs[index]
			data, err := here.ask("", detail.Query, map[string]any{"id": slug})
			if err != nil {
				return err
			}
			id, _ := at(data, "film.id").(string)
			duration, _ := at(data, "film.duration").(float64)
			if id == "" || duration == 0 {
				return fmt.Errorf("the film %s is not there, or has no length", slug)
			}
			lock.Lock()
			defer lock.Unlock()
			films[slug] = target{Film: slug, ID: id, Duration: duration}
			list, _ := at(data, "film.genres").([]any)
			for _, genre := range list {
				name, _ := at(genre, "name").(string)
				genres[name], _ = at(genre, "id").(string)
			}
			return nil
		}, err
	})
	return films, genres, err
}

// pages gives the cursors of the first three pages of a genre, as far as twice as many films follow as a page has: what
// is popular changes while reports come in, and pages are to stay full.
func pages(here *connection, home document, genre *string) ([]*string, error) {
	var ids []string
	if genre != nil {
		ids = []string{*genre}
	}
	page := func(first int, after *string) (map[string]any, error) {
		return here.ask("", home.Query, map[string]any{"first": first, "after": after, "genre": ids})
	}
	cursors := []*string{nil}
	for len(cursors) < 3 {
		data, err := page(home.Want, cursors[len(cursors)-1])
		if err != nil {
			return nil, err
		}
		end, _ := at(data, "titles.pageInfo.endCursor").(string)
		if data, err = page(2*home.Want, &end); err != nil {
			return nil, err
		}
		if list, _ := at(data, home.List).([]any); len(list) < 2*home.Want {
			break
		}
		cursors = append(cursors, &end)
	}
	return cursors, nil
}

// inParallel does each piece of work once; every worker makes what it needs first.
func inParallel(workers, pieces int, begin func(worker int) (func(int) error, error)) error {
	next := make(chan int, pieces)
	for index := range pieces {
		next <- index
	}
	close(next)
	failed := make(chan error, workers)
	for worker := range workers {
		go func() {
			work, err := begin(worker)
			for index := range next {
				if err == nil {
					err = work(index)
				}
			}
			failed <- err
		}()
	}
	var first error
	for range workers {
		if err := <-failed; err != nil && first == nil {
			first = err
		}
	}
	return first
}
