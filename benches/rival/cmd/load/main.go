// Load asks a site what the bench wants to know of it:
//
//	load sessions --address A --viewers FILE --mongo URI   gives profiles of a Reelgraph to accounts that log in
//	load prepare  --address A --documents D --inputs FILE  looks up the ids of what is asked for
//	load run      --address A … --scenario S               puts it under load and prints one line of JSON
//	load users    --address A …                            finds how many users it bears, and prints one line of JSON
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("load: ")
	commands := map[string]func([]string) error{"sessions": sessions, "prepare": prepare, "run": run, "users": users}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		log.Fatal("sessions, prepare, run or users")
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		log.Fatalf("%s: %v", os.Args[1], err)
	}
}

// document is one entry of documents.json: what is asked, and the least that a right answer has.
type document struct {
	Query   string `json:"query"`
	Auth    bool   `json:"auth"`
	List    string `json:"list"`
	Want    int    `json:"want"`
	Present string `json:"present"`
}

// documents reads those entries that are documents; the rest says of the site where its watches are.
func documents(path string) (map[string]document, error) {
	var all map[string]json.RawMessage
	if err := readJSON(path, &all); err != nil {
		return nil, err
	}
	found := map[string]document{}
	for name, text := range all {
		var one document
		if json.Unmarshal(text, &one) == nil && one.Query != "" {
			found[name] = one
		}
	}
	for _, name := range []string{"home", "detail", "film", "search", "foryou", "record"} {
		if found[name].Query == "" {
			return nil, fmt.Errorf("%s has no document %s", path, name)
		}
	}
	return found, nil
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// readLines reads a file with one JSON record a line.
func readLines[T any](path string) ([]T, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var all []T
	for decoder := json.NewDecoder(file); decoder.More(); {
		var one T
		if err := decoder.Decode(&one); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s is empty", path)
	}
	return all, nil
}
