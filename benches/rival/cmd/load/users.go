package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"time"
)

// turnout is what so many users at once were like.
type turnout struct {
	Users     int     `json:"users"`
	PerSecond float64 `json:"per_second"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	Errors    int     `json:"errors"`
	Error     string  `json:"error,omitempty"` // the first one
}

// crowd is what users prints.
type crowd struct {
	Scenario string    `json:"scenario"`
	Users    int       `json:"users"` // the most of whom 99 of 100 requests were answered in time; 0 if that were none
	Steps    []turnout `json:"steps"`
}

// users asks how many can be on a site at once: each has a connection, reads for a while, and asks again. There are more
// and more of them, until one request in a hundred takes too long or an answer is wrong.
func users(arguments []string) error {
	flags := flag.NewFlagSet("users", flag.ExitOnError)
	address := flags.String("address", "", "of the contestant")
	name := flags.String("scenario", "mixed", "what they ask for")
	documentsPath := flags.String("documents", "", "documents.json")
	targetsPath := flags.String("targets", "", "what prepare wrote")
	sessionsPath := flags.String("sessions", "", "a cookie a line")
	think := flags.Duration("think", 5*time.Second, "how long each reads, half of it less or more")
	limit := flags.Duration("limit", 250*time.Millisecond, "what 99 of 100 requests must not exceed")
	few := flags.Int("from", 250, "how many users there are at first")
	grow := flags.Float64("grow", 1.25, "how many times more there are in each step")
	span := flags.Duration("time", 15*time.Second, "how long the clock runs in each step")
	pids := flags.String("processes", "", "NAME=PID,… that must have nothing to do before the first comes")
	_ = flags.Parse(arguments)
	if *few < 1 || *grow <= 1 || *think <= 0 {
		return errors.New("from, grow and think are greater than 0, 1 and 0")
	}
	site, err := readSite(*documentsPath, *targetsPath, *sessionsPath)
	if err != nil {
		return err
	}
	if len(site.sessions) == 0 {
		return errors.New("there is no session")
	}
	watched, err := processes(*pids)
	if err != nil {
		return err
	}
	if _, err := idle(watched); err != nil {
		return err
	}
	told := crowd{Scenario: "users"}
	all := newAudience(*think, *limit)
	defer all.leave()
	for count := *few; ; count = max(count+1, int(float64(count)**grow)) {
		// Sessions are shared when there are fewer: nobody goes on with the sitting of another.
		clients, err := clientsOf(*address, count-all.size, func(number int) (scenario, error) {
			return site.scenario(*name, (all.size+number)%len(site.sessions), len(site.sessions))
		})
		if err != nil {
			return err
		}
		all.join(clients)
		time.Sleep(2 * *think) // all of them have come, and their connections are there
		all.take()
		start := time.Now()
		time.Sleep(*span)
		latencies, wrong := all.take()
		took := time.Since(start)
		if len(latencies) == 0 {
			return fmt.Errorf("nothing was answered: %w", errors.Join(wrong...))
		}
		slices.Sort(latencies)
		one := turnout{
			Users: count, PerSecond: float64(len(latencies)) / took.Seconds(),
			P50: percentile(latencies, 50), P99: percentile(latencies, 99), Errors: len(wrong),
		}
		if len(wrong) > 0 {
			one.Error = wrong[0].Error()
		}
		told.Steps = append(told.Steps, one)
		if one.P99 > milliseconds(*limit) || one.Errors > 0 {
			return json.NewEncoder(os.Stdout).Encode(told)
		}
		told.Users = count
	}
}

// audience is everybody who is there.
type audience struct {
	think time.Duration
	limit time.Duration
	size  int
	over  chan struct{}
	all   sync.WaitGroup

	lock      sync.Mutex
	latencies []time.Duration
	wrong     []error
	waiting   map[*client]time.Time // since when
}

func newAudience(think, limit time.Duration) *audience {
	return &audience{think: think, limit: limit, over: make(chan struct{}), waiting: map[*client]time.Time{}}
}

// join lets more clients in, each after a part of the time for which it would read.
func (a *audience) join(clients []*client) {
	a.size += len(clients)
	for _, one := range clients {
		a.all.Go(func() {
			defer one.hangUp()
			pause := time.Duration(rand.Float64() * float64(a.think))
			for a.waits(pause) {
				a.ask(one)
				status, answer, err := one.send()
				if err == nil {
					err = quick(status, answer)
				}
				a.note(one, err)
				if err != nil {
					one.hangUp()
				}
				pause = time.Duration((0.5 + rand.Float64()) * float64(a.think))
			}
		})
	}
}

// waits says whether there is more to ask after a pause.
func (a *audience) waits(pause time.Duration) bool {
	select {
	case <-a.over:
		return false
	case <-time.After(pause):
		return true
	}
}

func (a *audience) ask(one *client) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.waiting[one] = time.Now()
}

func (a *audience) note(one *client, err error) {
	a.lock.Lock()
	defer a.lock.Unlock()
	took := time.Since(a.waiting[one])
	delete(a.waiting, one)
	if err != nil {
		a.wrong = append(a.wrong, err)
		return
	}
	a.latencies = append(a.latencies, took)
}

// take gives what was noted since the last time, and of what nobody has answered yet what is too late already.
func (a *audience) take() (latencies []time.Duration, wrong []error) {
	a.lock.Lock()
	defer a.lock.Unlock()
	latencies, wrong = a.latencies, a.wrong
	a.latencies, a.wrong = nil, nil
	for _, since := range a.waiting {
		if late := time.Since(since); late > a.limit {
			latencies = append(latencies, late)
		}
	}
	return latencies, wrong
}

func (a *audience) leave() {
	close(a.over)
	a.all.Wait()
}
