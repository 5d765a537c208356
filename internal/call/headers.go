package call

import (
	"errors"
	"net/http"
	"slices"
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
	return nil
}

func mediaType(h http.Header) string {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// headers are those of every attempt.
func (x *Exchange) headers() http.Header {
	h := make(http.Header, 8+len(x.cfg.Header))
	h.Set("User-Agent", x.cfg.UserAgent)
	h.Set("Accept", x.kind.accept())
	if x.kind != jsonAnswer {
		h.Set("Accept-Encoding", "identity")
	}
	if x.payload != nil {
		h.Set("Content-Type", x.contentType)
	}
	for name, values := range x.cfg.Header {
		h[name] = slices.Clone(values)
	}
	return h
}
