package main

import (
	"math/rand/v2"
	"strings"
)

var genres = []string{
	"Action", "Adventure", "Animation", "Biography", "Comedy", "Crime", "Documentary", "Drama", "Family", "Fantasy",
	"Film Noir", "History", "Horror", "Music", "Musical", "Mystery", "Romance", "Science Fiction", "Sport", "Thriller",
	"War", "Western",
}

var syllables = []string{
	"ba", "cor", "da", "el", "fen", "gar", "hol", "in", "jo", "ka", "lor", "mi", "nor", "ol", "pe", "ra", "sin", "tor",
	"u", "ven", "wil", "ya", "zan", "bri", "den", "mar",
}

var words = []string{
	"Amber", "Anchor", "Autumn", "Bell", "Border", "Bridge", "Candle", "Canyon", "Circle", "Cloud", "Copper", "Crown",
	"Dawn", "Desert", "Distant", "Dust", "Echo", "Ember", "Empire", "Falling", "Feather", "Field", "Fire", "Forest",
	"Forgotten", "Garden", "Ghost", "Glass", "Golden", "Harbour", "Hidden", "Hollow", "Horizon", "Hunter", "Iron",
	"Island", "Journey", "Keeper", "Lantern", "Last", "Letter", "Lonely", "Midnight", "Mirror", "Moon", "Mountain",
	"Night", "North", "Ocean", "Orchard", "Paper", "Passage", "Pilot", "Promise", "Quiet", "Raven", "Return", "River",
	"Road", "Rose", "Salt", "Scarlet", "Season", "Secret", "Shadow", "Silent", "Silver", "Sky", "Snow", "Song",
	"Station", "Stone", "Storm", "Stranger", "Summer", "Thunder", "Tide", "Tower", "Train", "Valley", "Voice",
	"Water", "Whisper", "Wild", "Window", "Winter", "Witness", "Wolf", "Wonder", "Yellow",
}

// people makes so many different names.
func people(random *rand.Rand, count int) []string {
	seen := map[string]bool{}
	names := make([]string, 0, count)
	for len(names) < count {
		name := word(random, 2) + " " + word(random, 3)
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

func word(random *rand.Rand, length int) string {
	var made strings.Builder
	for range length {
		made.WriteString(syllables[random.IntN(len(syllables))])
	}
	return strings.ToUpper(made.String()[:1]) + made.String()[1:]
}

// choose takes so many different names; those that come first are taken most often, as stars are.
func choose(random *rand.Rand, names []string, count int) []string {
	var chosen []string
	taken := map[int]bool{}
	for len(chosen) < count {
		drawn := random.Float64()
		index := int(drawn * drawn * float64(len(names)))
		if !taken[index] {
			taken[index] = true
			chosen = append(chosen, names[index])
		}
	}
	return chosen
}

// title is three words, of which the last is made up: titles differ, and can be searched for.
func title(random *rand.Rand) string {
	return words[random.IntN(len(words))] + " " + words[random.IntN(len(words))] + " " + word(random, 2)
}

// searched is what somebody types who looks for the title.
func searched(title string) string {
	return strings.ToLower(title)
}

func synopsis(random *rand.Rand, length int) string {
	var text strings.Builder
	for text.Len() < length {
		text.WriteString(strings.ToLower(words[random.IntN(len(words))]))
		text.WriteByte(' ')
	}
	return text.String()[:length]
}
