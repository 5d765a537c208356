package mastra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
)

// Version of this client, as its User-Agent tells it.
const Version = "0.1.0"

func userAgent() string { return "mastra-go/" + Version + " (" + runtime.Version() + ")" }

func (x *exchange) setHeaders(h http.Header) {
	h.Set("User-Agent", x.cfg.userAgent)
	h.Set("Accept", "application/json")
	if x.accept != "" {
		h.Set("Accept", x.accept)
		h.Set("Accept-Encoding", "identity")
	}
	if x.payload != nil {
		h.Set("Content-Type", x.contentType)
	}
	for name, values := range x.cfg.header {
		h[name] = slices.Clone(values)
	}
}

// authorize puts the token on the request, before the http.Client sees it, so
// that net/http takes it off for a foreign host. After a 401 the token that was
// found then is used.
func (x *exchange) authorize(req *http.Request) error {
	if x.cfg.tokens == nil {
		return nil
	}
	if x.failure == nil || x.failure.Status != http.StatusUnauthorized {
		token, err := x.askToken(req.Context(), "")
		if err != nil {
			return err
		}
		x.token = token
	}
	if x.token != "" {
		req.Header.Set("Authorization", "Bearer "+x.token)
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
	token, err := x.askToken(ctx, x.token)
	if err != nil {
		x.tokenErr = err
		return false
	}
	if token == x.token {
		return false
	}
	x.token, x.next = token, 0
	return true
}

func (x *exchange) askToken(ctx context.Context, refused string) (string, error) {
	token, err := x.cfg.tokens.Token(ctx, refused)
	if err == nil {
		err = checkToken(token)
	}
	if err != nil {
		return "", fmt.Errorf("token source: %w", err)
	}
	return token, nil
}

// checkToken refuses what net/http would refuse, without showing it.
func checkToken(token string) error {
	if !validHeaderValue(token) {
		return errors.New("the token holds characters that no header can carry, such as a line break at its end")
	}
	return nil
}
