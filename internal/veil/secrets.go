package veil

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Fewest bytes that are taken out of a text: of what is known to be a credential, or
// has a name that says so, and of what may be one. Less could not be taken out without
// making nonsense of the text.
const (
	minSecret      = 4
	minMaybeSecret = 8
)

// tells: the name of a header, a cookie or a parameter says that it holds a credential.
var tells = regexp.MustCompile(`(?i)auth|cred|jwt|key|pass|pwd|secret|session|signature|^sig$|token`)

// NamesCredential tells whether a header, a cookie or a parameter of this name holds a
// credential.
func NamesCredential(name string) bool { return tells.MatchString(name) || name == "Cookie" }

// noSecrets are headers of a request that a text may well repeat.
var noSecrets = map[string]bool{
	"Accept": true, "Accept-Encoding": true, "Accept-Language": true, "User-Agent": true,
	"X-Request-Id": true, "X-Correlation-Id": true, "Request-Id": true, "X-Amzn-Trace-Id": true, "Traceparent": true, "Tracestate": true,
}

// Secrets are what must not be shown.
type Secrets []string

// Add adds what is known to be a credential.
func (s *Secrets) Add(credential string) { s.add(minSecret, credential) }

func (s *Secrets) add(least int, value string) {
	if value = strings.TrimSpace(value); len(value) >= least {
		*s = append(*s, value)
	}
}

// named adds what has a name.
func (s *Secrets) named(name, value string) {
	if tells.MatchString(name) {
		s.add(minSecret, value)
	} else {
		s.add(minMaybeSecret, value)
	}
}

// Headers adds the values of a request's headers that may be credentials, with and
// without what stands around them there.
func (s *Secrets) Headers(h http.Header) {
	for name, values := range h {
		if noSecrets[name] {
			continue
		}
		for _, value := range values {
			s.named(name, value)
			for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ';' }) {
				s.part(name, strings.TrimSpace(part))
			}
		}
	}
}

// part adds one part of a header's value: behind a scheme, behind a name, or alone.
func (s *Secrets) part(header, part string) {
	scheme, credential, found := strings.Cut(part, " ")
	s.add(minMaybeSecret, part)
	switch scheme = strings.ToLower(scheme); {
	case !found:
	case strings.HasSuffix(header, "Authorization"):
		s.add(minSecret, credential)
	case slices.Contains([]string{"basic", "bearer", "token", "apikey", "key"}, scheme):
		s.add(minMaybeSecret, credential)
	}
	if user, err := base64.StdEncoding.DecodeString(strings.TrimSpace(credential)); scheme == "basic" && err == nil {
		_, password, _ := strings.Cut(string(user), ":")
		s.add(minSecret, string(user))
		s.add(minSecret, password)
	}
	if name, value, found := strings.Cut(part, "="); found {
		s.named(name[strings.LastIndexByte(name, ' ')+1:], strings.Trim(value, `"`))
	}
}

// Sent adds the credentials among the headers that a request went out with, whoever
// has put them there: the rest need not be secret.
func (s *Secrets) Sent(h http.Header) {
	for name, values := range h {
		if name == "Cookie" || tells.MatchString(name) {
			s.Headers(http.Header{name: values})
		}
	}
}

// Query adds the values of parameters, and each with its name: that is hidden
// however short it is.
func (s *Secrets) Query(q url.Values) {
	for name, values := range q {
		for _, value := range values {
			s.named(name, value)
			s.add(1, name+"="+value)
		}
	}
}
