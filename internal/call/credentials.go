package call

import (
	"context"
	"fmt"
	"net/http"

	"github.com/mastra-go/mastra/internal/veil"
)

// credentials is the token of a call's attempts.
type credentials struct {
	source    TokenSource // nil: no token
	token     string      // the one last sent
	refreshed bool        // a 401 has been answered with another token
	err       error       // the source failed
}

// put puts the token on a request, before the http.Client sees it, so that net/http
// takes it off for a foreign host. After a 401 the token that was found then is used.
func (c *credentials) put(req *http.Request, refused bool) error {
	if c.source == nil {
		return nil
	}
	if !refused {
		token, err := c.ask(req.Context(), "")
		if err != nil {
			return err
		}
		c.token = token
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return nil
}

// tokenAdvice says of a 401 whether a token was sent.
func (x *Exchange) tokenAdvice(req *http.Request) string {
	switch {
	case x.credentials.token != "" || x.cfg.Header.Get("Authorization") != "":
		return "the server has refused the token that was sent"
	case sendsCredential(x.cfg.Header) || req != nil && sendsCredential(req.Header): // such as an API key, or what middleware adds
		return ""
	case x.cfg.TokenUnread:
		return "no token was sent: MASTRA_TOKEN is read only where New is given no base URL; use WithToken"
	}
	return "no token was sent: use WithToken, or WithTokenSource"
}

func sendsCredential(h http.Header) bool {
	for name := range h {
		if veil.NamesCredential(name) {
			return true
		}
	}
	return false
}

// refresh asks for another token after a 401, once, and tells whether there is one.
func (c *credentials) refresh(ctx context.Context) bool {
	if c.refreshed {
		return false
	}
	c.refreshed = true
	token, err := c.ask(ctx, c.token)
	if err != nil || token == c.token {
		return false
	}
	c.token = token
	return true
}

func (c *credentials) ask(ctx context.Context, refused string) (string, error) {
	token, err := c.source.Token(ctx, refused)
	if err == nil {
		err = CheckToken(token)
	}
	if err != nil {
		c.err = fmt.Errorf("token source: %w", err)
		return "", c.err
	}
	return token, nil
}
