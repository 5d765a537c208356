package mockserver

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
)

const unauthorized = "Invalid or expired token"

// letsIn looks for the token, if one is asked for, where the server looks: two headers,
// with or without Bearer, the apiKey query parameter where there is no authorization, and
// a cookie.
func (c *config) letsIn(r *http.Request) bool {
	if c.token == nil {
		return true
	}
	token := c.token()
	given := []string{r.Header.Get("Authorization"), r.Header.Get("X-Playground-Access")}
	if given[0] == "" {
		given = append(given, parseQuery(r.URL.RawQuery).Get("apiKey"))
	}
	for i := range given {
		given[i] = strings.TrimPrefix(given[i], "Bearer ")
	}
	for cookie := range strings.SplitSeq(r.Header.Get("Cookie"), ";") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(cookie), "mastra-token="); ok {
			given = append(given, value)
		}
	}
	return slices.ContainsFunc(given, func(one string) bool {
		return subtle.ConstantTimeCompare([]byte(one), []byte(token)) == 1
	})
}

// cors sets the headers that let browsers in: every origin, or those of WithCORS.
// With a token configured the origin is echoed, because credentials forbid the
// star.
func (s *Server) cors(h http.Header, r *http.Request) {
	origin, allowed := r.Header.Get("Origin"), s.config.origins
	switch {
	case s.config.token == nil && len(allowed) == 0:
		h.Set("Access-Control-Allow-Origin", "*")
	default:
		if s.config.token != nil {
			h.Set("Access-Control-Allow-Credentials", "true")
		}
		h.Add("Vary", "Origin")
		if origin != "" && (len(allowed) == 0 || slices.Contains(allowed, origin)) {
			h.Set("Access-Control-Allow-Origin", origin)
		}
	}
	h.Set("Access-Control-Expose-Headers", "Content-Length,X-Requested-With")
}

func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET,POST,PUT,PATCH,DELETE,OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Content-Type,Authorization,A2A-Version,x-mastra-client-type,x-mastra-dev-playground")
	h.Set("Access-Control-Max-Age", "3600")
	h.Add("Vary", "Access-Control-Request-Headers")
	w.WriteHeader(http.StatusNoContent)
}
