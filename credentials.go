package mastra

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
)

// Version of this client, as its User-Agent tells it.
const Version = "0.1.0"

func userAgent() string { return "mastra-go/" + Version + " (" + runtime.Version() + ")" }

func (x *exchange) setHeaders(h http.Header) {
	h.Set("User-Agent", x.cfg.userAgent)
	h.Set("Accept", "application/json")
	if x.streams {
		h.Set("Accept", "text/event-stream, text/plain")
		h.Set("Accept-Encoding", "identity")
	}
	if x.payload != nil {
		h.Set("Content-Type", x.contentType)
	}
	for name, values := range x.cfg.header {
		h[name] = values
	}
}

// authorize puts the token on the request, before the http.Client sees it, so
// that net/http takes it off for a foreign host. After a 401 the token that was
// found then is used.
func (x *exchange) authorize(req *http.Request, found string) error {
	if x.cfg.tokens == nil {
		return nil
	}
	token := found
	if x.failure == nil || x.failure.Status != http.StatusUnauthorized {
		var err error
		if token, err = x.cfg.tokens.Token(req.Context(), ""); err != nil {
			return fmt.Errorf("mastra: token source: %w", err)
		}
	}
	x.token = token
	req.Header = req.Header.Clone() // the attempt before may still be writing its own
	req.Header.Del("Authorization")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return nil
}

// refreshToken asks for another token after a 401. The request was refused
// before anything of it was done, so any operation may be repeated.
func (x *exchange) refreshToken(ctx context.Context, a Attempt) bool {
	if x.refreshed || x.cfg.tokens == nil || !x.cfg.policy(a) {
		return false
	}
	x.refreshed = true
	token, err := x.cfg.tokens.Token(ctx, x.token)
	if err != nil {
		x.failure.cause = fmt.Errorf("mastra: token source: %w", err)
		return false
	}
	if token == x.token {
		return false
	}
	x.token, x.next = token, 0
	return true
}
