package main

import (
	crypto "crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// request is what a connection sends next.
type request struct {
	path     string // for GET, else empty
	cookie   string
	body     []byte
	document *document // what the answer is checked against
}

// scenario makes the requests of one connection, which has an own.
type scenario interface {
	next(request *request)
}

// site is what all connections of a run ask for.
type site struct {
	documents map[string]document
	targets   []target
	sessions  []string
	bodies    map[string][][]byte // of each document, those of each target
}

// Of a hundred requests of the mix.
var mix = []struct {
	name  string
	share float64
}{{"home", 40}, {"detail", 40}, {"foryou", 7.5}, {"film", 7.5}, {"record", 5}}

// variables are those of a document that asks by target; nil for others.
func variables(name string, of target) any {
	switch name {
	case "home":
		var genre []string
		if of.Genre != nil {
			genre = []string{*of.Genre}
		}
		return map[string]any{"first": 20, "after": of.After, "genre": genre}
	case "detail", "film":
		return map[string]any{"id": of.Film}
	case "search":
		return map[string]any{"t": of.Text}
	default:
		return nil
	}
}

func newSite(documents map[string]document, targets []target, sessions []string) (*site, error) {
	made := &site{documents, targets, sessions, map[string][][]byte{}}
	for name, one := range documents {
		for _, of := range targets {
			values := variables(name, of)
			if values == nil {
				break
			}
			body, err := json.Marshal(map[string]any{"query": one.Query, "variables": values})
			if err != nil {
				return nil, err
			}
			made.bodies[name] = append(made.bodies[name], body)
		}
	}
	return made, nil
}

// scenario is the one of connection number of all. Each has sessions of its own, so that the reports of one sitting
// are never sent at the same time.
func (s *site) scenario(name string, number, all int) (scenario, error) {
	var own []string
	for index := number; index < len(s.sessions); index += all {
		own = append(own, s.sessions[index])
	}
	needs := name == "record" || name == "progress" || name == "foryou" || name == "mixed"
	if needs && len(own) == 0 {
		return nil, fmt.Errorf("there are fewer sessions than connections")
	}
	random := rand.New(rand.NewPCG(uint64(number), 14))
	// Plays must differ from those of all runs before, whatever the inputs are.
	var seed [32]byte
	_, _ = crypto.Read(seed[:])
	reports := reports{site: s, document: s.document("record"), own: own, random: random, ids: rand.NewChaCha8(seed)}
	asks := func(name string) scenario {
		return &asking{s, name, s.document(name), number * len(s.targets) / all, own}
	}
	switch name {
	case "record":
		return &recording{reports}, nil
	case "progress":
		return &progressing{reports: reports, sittings: make([]sitting, len(own))}, nil
	case "mixed":
		made := &mixed{random: random}
		for _, part := range mix {
			one := asks(part.name)
			if part.name == "record" {
				one = &recording{reports}
			}
			made.parts = append(made.parts, one)
		}
		return made, nil
	case "home", "detail", "film", "search", "foryou":
		return asks(name), nil
	default:
		return nil, fmt.Errorf("there is no scenario %s", name)
	}
}

func (s *site) document(name string) *document {
	one := s.documents[name]
	return &one
}

// asking sends one document for one target after the other.
type asking struct {
	site     *site
	name     string
	document *document
	turn     int
	own      []string
}

func (a *asking) next(request *request) {
	a.turn++
	request.document, request.cookie = a.document, ""
	if bodies := a.site.bodies[a.name]; bodies != nil {
		request.body = append(request.body[:0], bodies[a.turn%len(bodies)]...)
	} else {
		request.body = append(request.body[:0], `{"query":`...)
		request.body = strconv.AppendQuote(request.body, a.document.Query)
		request.body = append(request.body, '}')
	}
	if a.document.Auth {
		request.cookie = a.own[a.turn%len(a.own)]
	}
}

// reports is what both scenarios of reports have.
type reports struct {
	site     *site
	document *document
	own      []string
	turn     int
	random   *rand.Rand
	ids      *rand.ChaCha8
}

// play is a new UUID, version 4.
func (r *reports) play() string {
	var id [16]byte
	_, _ = r.ids.Read(id[:])
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	text := hex.EncodeToString(id[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func (r *reports) target() target {
	return r.site.targets[r.random.IntN(len(r.site.targets))]
}

func (r *reports) write(request *request, cookie, film, play string, position float64) {
	body := append(request.body[:0], `{"query":`...)
	body = strconv.AppendQuote(body, r.document.Query)
	body = append(body, `,"variables":{"id":`...)
	body = strconv.AppendQuote(body, film)
	body = append(body, `,"p":"`...)
	body = append(body, play...)
	body = append(body, `","s":`...)
	body = strconv.AppendFloat(body, position, 'f', 1, 64)
	request.body = append(body, `}}`...)
	request.cookie, request.document = cookie, r.document
}

// recording reports a new sitting each time.
type recording struct{ reports }

func (r *recording) next(request *request) {
	r.turn++
	film := r.target()
	position := film.Duration * (0.1 + 0.7*r.random.Float64())
	r.write(request, r.own[r.turn%len(r.own)], film.ID, r.play(), position)
}

// The seconds that each report of a sitting adds.
const step = 10

type sitting struct {
	play     string
	film     target
	position float64
}

// progressing goes on with the sitting of each session, and begins another before a film ends.
type progressing struct {
	reports
	sittings []sitting
}

func (p *progressing) next(request *request) {
	p.turn++
	index := p.turn % len(p.own)
	here := &p.sittings[index]
	if here.position += step; here.play == "" || here.position > here.film.Duration*0.85 {
		*here = sitting{p.play(), p.target(), step}
	}
	p.write(request, p.own[index], here.film.ID, here.play, here.position)
}

// mixed draws each request from the parts.
type mixed struct {
	random *rand.Rand
	parts  []scenario
}

func (m *mixed) next(request *request) {
	drawn := m.random.Float64() * 100
	for index, part := range mix {
		if drawn -= part.share; drawn < 0 || index == len(mix)-1 {
			m.parts[index].next(request)
			return
		}
	}
}

// fetching gets one path again and again: the raw limits.
type fetching string

func (f fetching) next(request *request) { request.path = string(f) }
