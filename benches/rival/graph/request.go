package graph

import (
	"context"
	"net/http"
	"time"

	"github.com/vikstrous/dataloadgen"
	"reelgraph/benches/rival/store"
)

// How long a loader waits for others to join.
const together = 500 * time.Microsecond

// The most keys of one read.
const mostKeys = 500

// Cookie holds the token of a session.
const Cookie = "session"

type requestKey struct{}

// request is what belongs to one request: who asks, and loaders that live as long.
type request struct {
	profile string
	films   *dataloadgen.Loader[string, *store.Film]
	genres  *dataloadgen.Loader[string, *store.Genre]
	people  *dataloadgen.Loader[string, *store.Person]
}

func profileOf(ctx context.Context) string   { return loadersOf(ctx).profile }
func loadersOf(ctx context.Context) *request { return ctx.Value(requestKey{}).(*request) }

// Requests looks up who asks and gives each request its loaders.
func Requests(from *store.Store, next http.Handler) http.Handler {
	return http.HandlerFunc(func(answer http.ResponseWriter, asked *http.Request) {
		wait, most := dataloadgen.WithWait(together), dataloadgen.WithBatchCapacity(mostKeys)
		this := &request{
			films:  dataloadgen.NewMappedLoader(from.Films, wait, most),
			genres: dataloadgen.NewMappedLoader(from.Genres, wait, most),
			people: dataloadgen.NewMappedLoader(from.People, wait, most),
		}
		if cookie, err := asked.Cookie(Cookie); err == nil {
			this.profile, err = from.Profile(asked.Context(), cookie.Value)
			if err != nil {
				http.Error(answer, "the sessions do not answer", http.StatusServiceUnavailable)
				return
			}
			if this.profile == "" {
				http.Error(answer, "the session is over", http.StatusUnauthorized)
				return
			}
		}
		next.ServeHTTP(answer, asked.WithContext(context.WithValue(asked.Context(), requestKey{}, this)))
	})
}
