package mockserver

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

const unauthorized = "Invalid or expired token"

// hasToken looks for the token where the server looks: the Authorization header,
// with or without Bearer, and the apiKey query parameter.
func hasToken(r *http.Request, token string) bool {
	given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if given == "" {
		given = r.URL.Query().Get("apiKey")
	}
	return subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
}

// cors sets the headers that let browsers in. With a token configured the
// origin is echoed, because credentials forbid the star.
func cors(h http.Header, r *http.Request, withToken bool) {
	if !withToken {
		h.Set("Access-Control-Allow-Origin", "*")
	} else {
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); origin != "" {
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
