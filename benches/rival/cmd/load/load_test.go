package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAPercentileIsTheSmallestThatSoManyDoNotExceed(t *testing.T) {
	var sorted []time.Duration
	for number := 1; number <= 200; number++ {
		sorted = append(sorted, time.Duration(number)*time.Millisecond)
	}
	for share, wanted := range map[int]float64{50: 100, 99: 198, 100: 200} {
		if got := percentile(sorted, share); got != wanted {
			t.Errorf("the percentile %d is %v, not %v", share, got, wanted)
		}
	}
	if got := percentile(sorted[:1], 99); got != 1 {
		t.Errorf("of one it is %v", got)
	}
}

func TestTheSharesOfTheMixAreAHundred(t *testing.T) {
	var sum float64
	for _, part := range mix {
		sum += part.share
	}
	if sum != 100 {
		t.Errorf("they are %v", sum)
	}
}

func TestAnswersOfAKnownLengthAndInChunksAreReadOnOneConnection(t *testing.T) {
	long := strings.Repeat("long ", 10_000)
	site := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, asked *http.Request) {
		http.SetCookie(answer, &http.Cookie{Name: "session", Value: "abc", Path: "/"})
		for _, part := range []string{"a", long, asked.Header.Get("Cookie")} {
			fmt.Fprint(answer, part)
			if asked.Method == http.MethodGet {
				answer.(http.Flusher).Flush()
			}
		}
	}))
	defer site.Close()
	here, err := dial(site.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer here.close()
	for range 2 {
		status, answer, err := here.get("/")
		if err != nil || status != 200 || string(answer) != "a"+long {
			t.Fatalf("answered %d, %d bytes, %v", status, len(answer), err)
		}
		status, answer, err = here.post("x=y", []byte("{}"))
		if err != nil || status != 200 || string(answer) != "a"+long+"x=y" {
			t.Fatalf("answered %d, %d bytes, %v", status, len(answer), err)
		}
		if len(here.cookies) != 1 || here.cookies[0] != "session=abc" {
			t.Fatalf("the cookies are %v", here.cookies)
		}
	}
}

func TestAConnectionThatIsCutIsAnError(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		if peer, err := listener.Accept(); err == nil {
			fmt.Fprint(peer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
			peer.Close()
		}
	}()
	here, err := dial(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer here.close()
	if _, _, err := here.get("/"); err == nil {
		t.Error("half an answer was taken for one")
	}
}

func TestAWrongAnswerIsToldFromARightOne(t *testing.T) {
	report := document{Present: "reportPlayback.state.position"}
	list := document{List: "film.genres", Want: 1}
	right := map[string]document{
		`{"data":{"reportPlayback":{"state":{"position":0},"userErrors":[]}}}`: report,
		`{"data":{"film":{"genres":[{"id":"1"}]}}}`:                            list,
	}
	for answer, asked := range right {
		if err := asked.check(200, []byte(answer)); err != nil {
			t.Error(err)
		}
	}
	wrong := map[string]document{
		`{"data":{"reportPlayback":{"state":null,"userErrors":[{"code":"INVALID"}]}}}`: report,
		`{"data":{"reportPlayback":{"state":null,"userErrors":[]}}}`:                   report,
		`{"data":{"film":{"genres":[]}}}`:                                              list,
		`{"data":{"film":null}}`:                                                       list,
		`{"data":null,"errors":[{"message":"internal error"}]}`:                        list,
	}
	for answer, asked := range wrong {
		if asked.check(200, []byte(answer)) == nil {
			t.Errorf("%s was taken for right", answer)
		}
	}
	if quick(503, []byte(`{}`)) == nil {
		t.Error("503 was taken for right")
	}
}
