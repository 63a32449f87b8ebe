package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// A session ends after so long without use.
const idle = 24 * time.Hour

// Profile is who holds the token; empty if nobody does. One round trip, which also keeps the session alive.
func (s *Store) Profile(ctx context.Context, token string) (string, error) {
	profile, err := s.redis.GetEx(ctx, sessionKey(token), idle).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return profile, err
}

// PutSession begins a session.
func (s *Store) PutSession(ctx context.Context, token, profile string) error {
	return s.redis.Set(ctx, sessionKey(token), profile, idle).Err()
}

// Only the hash is kept: who reads the store cannot act as anybody.
func sessionKey(token string) string {
	hash := sha256.Sum256([]byte(token))
	return "session:" + hex.EncodeToString(hash[:])
}
