package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// result is what a run prints.
type result struct {
	Scenario  string             `json:"scenario"`
	Requests  int                `json:"requests"`
	Errors    int                `json:"errors"`
	Error     string             `json:"error,omitempty"` // the first one
	Seconds   float64            `json:"seconds"`
	PerSecond float64            `json:"per_second"`
	P50       float64            `json:"p50_ms"`
	P99       float64            `json:"p99_ms"`
	Max       float64            `json:"max_ms"`
	Processor map[string]float64 `json:"processor_ms"` // a request, of each process, until all was done
	Meanwhile map[string]float64 `json:"processor_ms_meanwhile"`
	Load      float64            `json:"processor_ms_load"`
	Memory    map[string]float64 `json:"memory_mib"`
	Settled   bool               `json:"settled"`
	Settling  float64            `json:"settling_seconds"`
}

// run puts a contestant under load: answers are checked first, then comes a time that does not count, then one that
// does, and at last what the processes do when nobody asks any more, which counts too, above what they do for nobody.
func run(arguments []string) error {
	flags := flag.NewFlagSet("run", flag.ExitOnError)
	address := flags.String("address", "", "of the contestant")
	name := flags.String("scenario", "", "home, detail, film, search, foryou, record, progress, mixed, or a path to get")
	documentsPath := flags.String("documents", "", "documents.json")
	targetsPath := flags.String("targets", "", "what prepare wrote")
	sessionsPath := flags.String("sessions", "", "a cookie a line")
	connections := flags.Int("connections", 32, "how many are kept alive")
	sample := flags.Int("sample", 200, "how many answers are checked before")
	warm := flags.Duration("warm", 5*time.Second, "how long it runs before the clock starts")
	span := flags.Duration("time", 15*time.Second, "how long the clock runs")
	longest := flags.Duration("settle", 60*time.Second, "how long what is left to do is waited for")
	pids := flags.String("processes", "", "NAME=PID,… whose processor time counts")
	_ = flags.Parse(arguments)
	watched, err := processes(*pids)
	if err != nil {
		return err
	}
	begin := func(int) (scenario, error) { return fetching(*name), nil }
	if !strings.HasPrefix(*name, "/") {
		site, err := readSite(*documentsPath, *targetsPath, *sessionsPath)
		if err != nil {
			return err
		}
		begin = func(number int) (scenario, error) { return site.scenario(*name, number, *connections) }
		if *name == "progress" { // each sitting is known before the clock starts
			*sample = max(*sample, len(site.sessions)+*connections)
		}
	}
	clients, err := clientsOf(*address, *connections, begin)
	if err != nil {
		return err
	}
	if err := check(clients, *sample); err != nil {
		return fmt.Errorf("%s: %w", *name, err)
	}
	rate, err := idle(watched)
	if err != nil {
		return err
	}
	for _, one := range clients {
		one.hangUp() // after the silence
	}
	loop(clients, *warm)
	before, err := usedBy(watched)
	if err != nil {
		return err
	}
	ownBefore, start := own(), time.Now()
	latencies, failed, firstError := loop(clients, *span)
	took, ownTime := time.Since(start), own()-ownBefore
	meanwhile, err := usedBy(watched)
	if err != nil {
		return err
	}
	settled, err := settle(watched, rate, *longest)
	if err != nil {
		return err
	}
	tail := time.Since(start) - took
	after, err := usedBy(watched)
	if err != nil {
		return err
	}
	if len(latencies) == 0 {
		return fmt.Errorf("%s: nothing was answered: %w", *name, firstError)
	}
	slices.Sort(latencies)
	told := result{
		Scenario: *name, Requests: len(latencies), Errors: failed,
		Seconds: took.Seconds(), PerSecond: float64(len(latencies)) / took.Seconds(),
		P50: percentile(latencies, 50), P99: percentile(latencies, 99), Max: milliseconds(latencies[len(latencies)-1]),
		Processor: map[string]float64{}, Meanwhile: map[string]float64{}, Memory: map[string]float64{},
		Load: milliseconds(ownTime) / float64(len(latencies)), Settled: settled, Settling: tail.Seconds(),
	}
	if firstError != nil {
		told.Error = firstError.Error()
	}
	for index, one := range watched {
		during := meanwhile[index] - before[index]
		late := max(0, after[index]-meanwhile[index]-time.Duration(float64(rate[index])*tail.Seconds()/quiet.Seconds()))
		told.Meanwhile[one.name] = milliseconds(during) / float64(len(latencies))
		told.Processor[one.name] = milliseconds(during+late) / float64(len(latencies))
		if told.Memory[one.name], err = one.memory(); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(told)
}

func readSite(documentsPath, targetsPath, sessionsPath string) (*site, error) {
	asked, err := documents(documentsPath)
	if err != nil {
		return nil, err
	}
	var targets []target
	if err := readJSON(targetsPath, &targets); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(sessionsPath)
	if err != nil {
		return nil, err
	}
	return newSite(asked, targets, strings.Fields(string(text)))
}

// client asks on a connection that it makes when it is needed: servers cut those that say nothing.
type client struct {
	*connection
	address  string
	scenario scenario
	request  request
}

func clientsOf(address string, count int, begin func(int) (scenario, error)) ([]*client, error) {
	clients := make([]*client, count)
	for number := range clients {
		scenario, err := begin(number)
		if err != nil {
			return nil, err
		}
		clients[number] = &client{address: address, scenario: scenario}
	}
	return clients, nil
}

func (c *client) send() (status int, answer []byte, err error) {
	if c.connection == nil {
		if c.connection, err = dial(c.address); err != nil {
			return 0, nil, err
		}
	}
	c.scenario.next(&c.request)
	if c.request.path != "" {
		return c.get(c.request.path)
	}
	return c.post(c.request.cookie, c.request.body)
}

// hangUp ends the connection; the scenario goes on where it was.
func (c *client) hangUp() {
	if c.connection != nil {
		c.close()
		c.connection = nil
	}
}

// check looks closely at so many answers.
func check(clients []*client, sample int) error {
	for number := range sample {
		one := clients[number%len(clients)]
		status, answer, err := one.send()
		switch {
		case err != nil:
			return err
		case one.request.document != nil:
			err = one.request.document.check(status, answer)
		default:
			err = quick(status, answer)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// loop lets all clients ask, each again once it is answered, until the time is over. It gives the latencies of right
// answers, how many were wrong, and the first of those.
func loop(clients []*client, span time.Duration) (latencies []time.Duration, failed int, first error) {
	var over atomic.Bool
	time.AfterFunc(span, func() { over.Store(true) })
	var lock sync.Mutex
	var all sync.WaitGroup
	for _, one := range clients {
		all.Go(func() {
			var took []time.Duration
			var wrong []error
			for !over.Load() && len(wrong) < 100 {
				start := time.Now()
				status, answer, err := one.send()
				passed := time.Since(start)
				if err == nil {
					err = quick(status, answer)
				}
				if err == nil {
					took = append(took, passed)
					continue
				}
				wrong = append(wrong, err)
				if status == 0 {
					one.hangUp()
				}
			}
			lock.Lock()
			defer lock.Unlock()
			latencies = append(latencies, took...)
			if failed += len(wrong); first == nil {
				first = errors.Join(wrong[:min(1, len(wrong))]...)
			}
		})
	}
	all.Wait()
	return latencies, failed, first
}

// percentile is exact: the smallest latency that so many of a hundred do not exceed.
func percentile(sorted []time.Duration, share int) float64 {
	return milliseconds(sorted[max(0, (len(sorted)*share+99)/100-1)])
}

func milliseconds(span time.Duration) float64 { return float64(span) / float64(time.Millisecond) }
