package call

import (
	"errors"
	"net/http"
	"strings"
)

// ValidHeaderName tells whether a text can be the name of a header.
func ValidHeaderName(name string) bool {
	const token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return name != "" && strings.Trim(name, token) == ""
}

// ValidHeaderValue draws the line where net/http draws it.
func ValidHeaderValue(value string) bool {
	for i := range len(value) {
		if b := value[i]; b < ' ' && b != '\t' || b == 0x7f {
			return false
		}
	}
	return true
}

// CheckToken refuses what net/http would refuse, without showing it.
func CheckToken(token string) error {
	if !ValidHeaderValue(token) {
		return errors.New("the token holds characters that no header can carry, such as a line break at its end")
	}
	if word, _, found := strings.Cut(token, " "); found && strings.EqualFold(word, "Bearer") {
		return errors.New(`the token begins with "Bearer "; give it without, as the client puts that before it`)
	}
	return nil
}

func mediaType(h http.Header) string {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// requestIDs are the headers in which servers and proxies name a request in an
// answer, the most usual first.
var requestIDs = [...]string{
	"X-Request-Id", "X-Correlation-Id", "Request-Id", "X-Amzn-Requestid", "X-Amzn-Trace-Id", "X-Vercel-Id", "Fly-Request-Id", "Cf-Ray",
}

const maxRequestID = 200

// requestID is how an answer names its request, else the trace it belongs to, "" for
// an answer that names neither.
func requestID(h http.Header) string {
	for _, name := range requestIDs {
		if id := strings.TrimSpace(h.Get(name)); id != "" {
			return id
		}
	}
	parts := strings.Split(strings.TrimSpace(h.Get("Traceparent")), "-")
	if len(parts) < 4 || len(parts[1]) != 32 || strings.Trim(parts[1], "0") == "" || strings.Trim(parts[1], "0123456789abcdef") != "" {
		return ""
	}
	return parts[1]
}
