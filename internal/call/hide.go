package call

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// Fewest bytes that are taken out of a text: of what is known to be a credential, and
// of a header that may be one. Less could not be taken out without making nonsense
// of the text.
const (
	minSecret      = 4
	minHeaderValue = 8
)

// noSecrets are headers of a request that a text may well repeat.
var noSecrets = map[string]bool{
	"Accept": true, "Accept-Encoding": true, "Accept-Language": true, "User-Agent": true,
	"X-Request-Id": true, "X-Correlation-Id": true, "Request-Id": true, "X-Amzn-Trace-Id": true, "Traceparent": true, "Tracestate": true,
}

// hide takes out of a text what must not be shown: a server may echo the token or
// the key it was sent, a proxy the whole URL.
func (x *Exchange) hide(text string) string {
	secrets := headerSecrets(x.cfg.Header)
	for _, secret := range []string{x.credentials.token, x.query} {
		if len(secret) >= minSecret {
			secrets = append(secrets, secret)
		}
	}
	// What is part of another one must not leave the rest of that behind.
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	pairs := make([]string, 0, 2*len(secrets))
	for _, secret := range secrets {
		pairs = append(pairs, secret, "[hidden]")
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// headerSecrets are the values of a request's headers that may be credentials, with
// and without what stands around them there.
func headerSecrets(h http.Header) (secrets []string) {
	add := func(least int, value string) {
		if value = strings.TrimSpace(value); len(value) >= least {
			secrets = append(secrets, value)
		}
	}
	for name, values := range h {
		for _, value := range values {
			scheme, credential, _ := strings.Cut(strings.TrimSpace(value), " ")
			switch {
			case noSecrets[name]:
				continue
			case name == "Authorization":
				add(minSecret, credential)
			case name == "Cookie":
				for pair := range strings.SplitSeq(value, ";") {
					_, content, _ := strings.Cut(pair, "=")
					add(minHeaderValue, content)
				}
			case slices.Contains([]string{"basic", "bearer", "token", "apikey", "key"}, strings.ToLower(scheme)):
				add(minHeaderValue, credential)
			}
			add(minHeaderValue, value)
		}
	}
	return secrets
}
