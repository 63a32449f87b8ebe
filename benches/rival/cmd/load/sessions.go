package main

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const password = "a bench that sits in the park"

const register = `mutation ($email: String!, $password: String!) {
  register(input: { email: $email, password: $password }) { viewer { user { id } } userErrors { code message } }
}`

const logIn = `mutation ($email: String!, $password: String!) {
  logIn(input: { email: $email, password: $password, remember: true }) { viewer { user { id } } userErrors { code message } }
}`

const selectProfile = `mutation ($profile: ID!) {
  selectProfile(input: { profile: $profile }) { profile { id } userErrors { code message } }
}`

// sessions makes an account for each viewer of a loaded file and prints a cookie of it. No command gives a loaded
// profile to an account, so this writes the one field that does into the record; what follows is the product's own:
// the session goes over to that profile, with all that it has watched.
func sessions(arguments []string) error {
	flags := flag.NewFlagSet("sessions", flag.ExitOnError)
	address := flags.String("address", "", "of the site, in development mode")
	viewersPath := flags.String("viewers", "", "sessions.ndjson")
	uri := flags.String("mongo", "", "the address of its record, with the name of the database")
	known := flags.String("known", "", "what this printed for the same viewers before; sessions that go on are kept")
	database := flags.String("database", "reelgraph", "the name of the database")
	_ = flags.Parse(arguments)
	viewers, err := readLines[struct {
		Viewer string `json:"viewer"`
	}](*viewersPath)
	if err != nil {
		return err
	}
	ctx, enough := context.WithTimeout(context.Background(), 30*time.Minute)
	defer enough()
	client, err := mongo.Connect(options.Client().ApplyURI(*uri))
	if err != nil {
		return err
	}
	defer client.Disconnect(ctx)
	profiles := client.Database(*database).Collection("profiles")
	cookies := make([]string, len(viewers))
	if text, err := os.ReadFile(*known); err == nil {
		copy(cookies, strings.Fields(string(text)))
	}
	// Two at a time, for passwords are hashed, and a machine has two processors at least.
	err = inParallel(2, len(viewers), func(int) (func(int) error, error) {
		here, err := dial(*address)
		return func(index int) error {
			if cookies[index] != "" && here.goesOn(cookies[index]) {
				return nil
			}
			cookies[index], err = here.begin(ctx, profiles, viewers[index].Viewer)
			return err
		}, err
	})
	if err != nil {
		return err
	}
	for _, cookie := range cookies {
		fmt.Println(cookie)
	}
	return nil
}

// goesOn tells whether somebody is logged in with the cookie.
func (c *connection) goesOn(cookie string) bool {
	data, err := c.ask(cookie, "{ viewer { profile { id } } }", nil)
	return err == nil && at(data, "viewer.profile.id") != nil
}

func (c *connection) begin(ctx context.Context, profiles *mongo.Collection, viewer string) (string, error) {
	who := map[string]any{"email": viewer + "@example.org", "password": password}
	data, err := c.ask("", register, who)
	if err != nil {
		return "", err
	}
	user, _ := at(data, "register.viewer.user.id").(string)
	if user == "" { // from an earlier run
		if data, err = c.ask("", logIn, who); err != nil {
			return "", err
		}
		if user, _ = at(data, "logIn.viewer.user.id").(string); user == "" {
			return "", fmt.Errorf("%s cannot log in: %v", viewer, data)
		}
	}
	if len(c.cookies) != 1 {
		return "", fmt.Errorf("%s got %d cookies", viewer, len(c.cookies))
	}
	cookie := c.cookies[0]
	text, err := base64.RawURLEncoding.DecodeString(user)
	if err != nil {
		return "", err
	}
	var number int64
	if _, err := fmt.Sscanf(string(text), "User:%d", &number); err != nil {
		return "", fmt.Errorf("%s is no id of an account: %w", user, err)
	}
	var profile struct {
		ID int64 `bson:"_id"`
	}
	change := bson.D{{Key: "$set", Value: bson.D{{Key: "user", Value: number}}}}
	if err := profiles.FindOneAndUpdate(ctx, bson.D{{Key: "key", Value: viewer}}, change).Decode(&profile); err != nil {
		return "", fmt.Errorf("the profile of %s: %w", viewer, err)
	}
	id := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "Profile:%d", profile.ID))
	data, err = c.ask(cookie, selectProfile, map[string]any{"profile": id})
	if err != nil {
		return "", err
	}
	if chosen, _ := at(data, "selectProfile.profile.id").(string); chosen != id {
		return "", fmt.Errorf("%s is not let into its profile: %v", viewer, data)
	}
	if len(c.cookies) == 1 {
		cookie = c.cookies[0]
	}
	return cookie, nil
}
