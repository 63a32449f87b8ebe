package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// ask sends a document and gives the data of its answer, which must have no errors.
func (c *connection) ask(cookie, query string, variables any) (map[string]any, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	status, answer, err := c.post(cookie, body)
	if err != nil {
		return nil, err
	}
	var read struct {
		Data   map[string]any `json:"data"`
		Errors []any          `json:"errors"`
	}
	if err := json.Unmarshal(answer, &read); err != nil || status != 200 || len(read.Errors) > 0 {
		return nil, fmt.Errorf("answered %d: %.500s", status, answer)
	}
	return read.Data, nil
}

// at follows a path of names into an answer; nil if it ends before.
func at(data any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := data.(map[string]any)
		data = object[name]
	}
	return data
}

// check says what a right answer has at least, of what this one lacks.
func (d document) check(status int, answer []byte) error {
	if err := quick(status, answer); err != nil {
		return err
	}
	var read struct {
		Data map[string]any `json:"data"`
	}
	if err := json.Unmarshal(answer, &read); err != nil {
		return fmt.Errorf("answered what is no JSON: %.500s", answer)
	}
	if d.List != "" {
		if list, _ := at(read.Data, d.List).([]any); len(list) < d.Want {
			return fmt.Errorf("%s has %d of %d entries: %.500s", d.List, len(list), d.Want, answer)
		}
	}
	if d.Present != "" && at(read.Data, d.Present) == nil {
		return fmt.Errorf("%s is missing: %.500s", d.Present, answer)
	}
	return nil
}

// quick is what is asked of every answer: status 200, and neither errors nor userErrors.
func quick(status int, answer []byte) error {
	if status != 200 || bytes.Contains(answer, []byte(`"errors":`)) || bytes.Contains(answer, []byte(`"userErrors":[{`)) {
		return fmt.Errorf("answered %d: %.500s", status, answer)
	}
	return nil
}
