package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestEverybodyAsksAgainAfterReadingAndWhatIsWrongIsTold(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, asked *http.Request) {
		if asked.URL.Path == "/wrong" {
			answer.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprint(answer, `{"data":{}}`)
	}))
	defer site.Close()
	for path, isRight := range map[string]bool{"/": true, "/wrong": false} {
		clients, err := clientsOf(site.Listener.Addr().String(), 5, func(int) (scenario, error) {
			return fetching(path), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		here := newAudience(10*time.Millisecond, time.Minute)
		here.join(clients)
		var right, wrong int
		for deadline := time.Now().Add(30 * time.Second); right+wrong < 50 && time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
			latencies, failed := here.take()
			right, wrong = right+len(latencies), wrong+len(failed)
		}
		here.leave()
		if here.size != 5 || (right > 0) != isRight || (wrong > 0) == isRight || right+wrong < 50 {
			t.Errorf("%s: %d users, %d right, %d wrong", path, here.size, right, wrong)
		}
	}
}
