// Rival is a site's server as somebody would write it in Go with gqlgen: `rival load FOLDER` fills its stores from
// the files that cmd/seed writes, `rival sessions FILE` prints a cookie for each profile in it, `rival serve` serves.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"reelgraph/benches/rival/graph"
	"reelgraph/benches/rival/store"
)

// The most that one request may ask for.
const (
	mostComplex = 2_000
	mostBytes   = 1 << 20
)

func main() {
	log.SetFlags(0)
	listen := flag.String("listen", "127.0.0.1:8090", "the address to serve on")
	atOnce := flag.Bool("graph-at-once", false, "whether a report is in the graph before it is answered")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	stores, err := store.Open(ctx)
	if err != nil {
		log.Fatal("rival: ", err)
	}
	stores.GraphAtOnce = *atOnce
	switch {
	case flag.NArg() == 1 && flag.Arg(0) == "serve":
		err = serve(ctx, stores, *listen)
	case flag.NArg() == 2 && flag.Arg(0) == "load":
		err = stores.Load(ctx, flag.Arg(1))
	case flag.NArg() == 2 && flag.Arg(0) == "sessions":
		err = stores.Begin(ctx, flag.Arg(1), os.Stdout)
	default:
		err = errors.New("rival [--listen ADDRESS] serve, rival load FOLDER or rival sessions FILE")
	}
	if err = errors.Join(err, stores.Close(context.Background())); err != nil {
		log.Fatal("rival: ", err)
	}
}

func serve(ctx context.Context, stores *store.Store, listen string) error {
	schema := handler.New(graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{Store: stores}}))
	schema.AddTransport(transport.POST{})
	schema.SetQueryCache(lru.New[*ast.QueryDocument](1_000))
	schema.Use(extension.FixedComplexityLimit(mostComplex))
	routes := http.NewServeMux()
	routes.Handle("POST /graphql", graph.Requests(stores, http.MaxBytesHandler(schema, mostBytes)))
	routes.HandleFunc("GET /plain", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprint(answer, "ok") })
	server := &http.Server{Addr: listen, Handler: routes, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	projected := make(chan error, 1)
	go func() { projected <- stores.Project(ctx) }()
	go func() {
		<-ctx.Done()
		patience, enough := context.WithTimeout(context.Background(), 5*time.Second)
		defer enough()
		_ = server.Shutdown(patience)
	}()
	fmt.Println("listening on http://" + listen)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-projected
}
