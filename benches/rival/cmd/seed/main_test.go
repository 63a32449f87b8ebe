package main

import (
	"bufio"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	write := func(seed uint64) map[string]string {
		folder := t.TempDir()
		makeSite(folder, 0.01, seed)
		files := map[string]string{}
		for _, pattern := range []string{"*.ndjson", "load/*.ndjson"} {
			paths, _ := filepath.Glob(filepath.Join(folder, pattern))
			for _, path := range paths {
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				files[filepath.Base(path)] = string(text)
			}
		}
		return files
	}
	first, again, other := write(1), write(1), write(2)
	if len(first) != 7 {
		t.Errorf("there are %d files", len(first))
	}
	for name, text := range first {
		if again[name] != text {
			t.Errorf("%s differs", name)
		}
	}
	if other["watches.ndjson"] == first["watches.ndjson"] {
		t.Error("another seed changes nothing")
	}
}

func TestThereAreAsManyWatchesAsTheScaleSays(t *testing.T) {
	folder := t.TempDir()
	makeSite(folder, 0.01, 1)
	file, err := os.Open(filepath.Join(folder, "load/watches.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	count := 0
	for lines := bufio.NewScanner(file); lines.Scan(); count++ {
	}
	if count != 10_000 {
		t.Errorf("there are %d", count)
	}
}

func TestTheFirstIsDrawnMostOften(t *testing.T) {
	drawn := make([]int, 10)
	ranks, random := newZipf(10), rand.New(rand.NewPCG(1, 1))
	for range 10_000 {
		drawn[ranks.draw(random)]++
	}
	if drawn[0] <= drawn[1] || drawn[1] <= drawn[9] || drawn[9] == 0 {
		t.Errorf("the ranks were drawn %v times", drawn)
	}
}
