// Package graph is the rival's schema: gqlgen makes the code between schema.graphqls and what is written here.
package graph

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"reelgraph/benches/rival/store"
)

// The most rows of a list.
const mostRows = 100

// Resolver answers by the store.
type Resolver struct{ Store *store.Store }

func (r *Resolver) Query() QueryResolver       { return &queryResolver{r} }
func (r *Resolver) Mutation() MutationResolver { return &mutationResolver{r} }
func (r *Resolver) Film() FilmResolver         { return &filmResolver{r} }
func (r *Resolver) Profile() ProfileResolver   { return &profileResolver{r} }

type (
	queryResolver    struct{ *Resolver }
	mutationResolver struct{ *Resolver }
	filmResolver     struct{ *Resolver }
	profileResolver  struct{ *Resolver }
)

func checkRows(first int) error {
	if first < 1 || first > mostRows {
		return refused("INVALID", "first is 1 to 100")
	}
	return nil
}

func refused(code, message string) error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}

func (r *queryResolver) Titles(ctx context.Context, filter *TitleFilter, _ *TitleOrder, first int, after *string) (*TitleConnection, error) {
	if err := checkRows(first); err != nil {
		return nil, err
	}
	var genres []string
	if filter != nil {
		genres = filter.Genres
	}
	films, more, err := r.Store.Popular(ctx, genres, first, after)
	if errors.Is(err, store.ErrCursor) {
		return nil, refused("BAD_CURSOR", err.Error())
	}
	if err != nil {
		return nil, err
	}
	page := &TitleConnection{PageInfo: &PageInfo{HasNextPage: more}, Edges: make([]*TitleEdge, len(films))}
	for index, film := range films {
		page.Edges[index] = &TitleEdge{Node: film}
	}
	if len(films) > 0 {
		end := store.Cursor(films[len(films)-1])
		page.PageInfo.EndCursor = &end
	}
	return page, nil
}

func (r *queryResolver) Film(ctx context.Context, slug string) (*store.Film, error) {
	return r.Store.FilmBySlug(ctx, slug)
}

func (r *queryResolver) Search(ctx context.Context, query string, first int) (*TitleList, error) {
	if err := checkRows(first); err != nil {
		return nil, err
	}
	films, err := r.Store.Search(ctx, query, first)
	if err != nil {
		return nil, err
	}
	return titles(films), nil
}

func (r *queryResolver) Viewer(ctx context.Context) (*Viewer, error) {
	profile := profileOf(ctx)
	if profile == "" {
		return nil, nil
	}
	return &Viewer{Profile: &Profile{ID: profile}}, nil
}

func (r *filmResolver) Genres(ctx context.Context, film *store.Film) ([]*store.Genre, error) {
	return loadersOf(ctx).genres.LoadAll(ctx, film.GenreIDs)
}

func (r *filmResolver) Credits(ctx context.Context, film *store.Film, role []CreditRole, first int) (*PersonList, error) {
	if err := checkRows(first); err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(film.Directors)+len(film.Actors))
	if wanted(role, CreditRoleDirector) {
		ids = append(ids, film.Directors...)
	}
	if wanted(role, CreditRoleActor) {
		ids = append(ids, film.Actors...)
	}
	people, err := loadersOf(ctx).people.LoadAll(ctx, ids[:min(first, len(ids))])
	if err != nil {
		return nil, err
	}
	return &PersonList{Nodes: people}, nil
}

func wanted(roles []CreditRole, role CreditRole) bool {
	for _, one := range roles {
		if one == role {
			return true
		}
	}
	return len(roles) == 0
}

func (r *filmResolver) Similar(ctx context.Context, film *store.Film, first int) (*TitleList, error) {
	if err := checkRows(first); err != nil {
		return nil, err
	}
	ids, err := r.Store.Similar(ctx, film.ID, first)
	if err != nil {
		return nil, err
	}
	return load(ctx, ids)
}

func (r *profileResolver) Recommendations(ctx context.Context, profile *Profile, first int) (*TitleList, error) {
	if err := checkRows(first); err != nil {
		return nil, err
	}
	ids, err := r.Store.ForProfile(ctx, profile.ID, first)
	if err != nil {
		return nil, err
	}
	return load(ctx, ids)
}

func load(ctx context.Context, ids []string) (*TitleList, error) {
	films, err := loadersOf(ctx).films.LoadAll(ctx, ids)
	if err != nil {
		return nil, err
	}
	return titles(films), nil
}

func titles(films []*store.Film) *TitleList {
	list := &TitleList{Nodes: make([]Title, len(films))}
	for index, film := range films {
		list.Nodes[index] = film
	}
	return list
}

func (r *mutationResolver) ReportPlayback(ctx context.Context, input ReportPlaybackInput) (*ReportPlaybackPayload, error) {
	profile := profileOf(ctx)
	if profile == "" {
		return nil, refused("UNAUTHENTICATED", "log in first")
	}
	play, err := uuid.Parse(input.Play)
	if err != nil {
		return refusedReport("INVALID", "a play is named by a UUID"), nil
	}
	film, err := loadersOf(ctx).films.Load(ctx, input.Item)
	if err != nil {
		return refusedReport("NOT_FOUND", store.ErrNoFilm.Error()), nil
	}
	state, err := r.Store.Report(ctx, store.Report{
		Profile: profile, Play: play.String(), Film: film, Position: input.Position,
		Jump: input.Event == PlaybackEventSeek || input.Event == PlaybackEventStart,
	})
	switch {
	case errors.Is(err, store.ErrPosition), errors.Is(err, store.ErrPlay):
		return refusedReport("INVALID", err.Error()), nil
	case err != nil:
		return nil, err
	}
	answer := &WatchState{Position: state.Position, Watched: state.Watched}
	return &ReportPlaybackPayload{State: answer, UserErrors: []*UserError{}}, nil
}

func refusedReport(code, message string) *ReportPlaybackPayload {
	return &ReportPlaybackPayload{UserErrors: []*UserError{{Code: code, Message: message}}}
}
