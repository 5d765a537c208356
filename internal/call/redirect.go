package call

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/mastra-go/mastra/internal/veil"
)

const maxRedirects = 10

func redirectFailure(v *veil.Veil, resp *http.Response, circles bool) *Failure {
	f := &Failure{Status: resp.StatusCode, Header: resp.Header, Message: "a redirect, which is not followed"}
	if circles {
		f.Message = fmt.Sprintf("redirected %d times in a row on its own host; check the base URL and the proxies before the server, which may send each other's URLs back", maxRedirects)
	} else if u, err := resp.Location(); err == nil {
		f.Message = "a redirect to " + Clip(v.Text(u.Scheme+"://"+u.Host), 200) + " is not followed"
		f.Advice = "if that is the server, make it the base URL"
	}
	return f
}

// followRedirect is the http.Client's CheckRedirect: only a GET is led on, and
// only on the host it was sent to.
func followRedirect(users func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		first := via[0]
		if first.Method != http.MethodGet || !sameHost(req, first) || req.URL.Scheme != first.URL.Scheme {
			return http.ErrUseLastResponse
		}
		if len(via) >= maxRedirects {
			if a := attemptOf(req.Context()); a != nil {
				a.circles = true
			}
			return http.ErrUseLastResponse
		}
		if users != nil {
			return users(req, via)
		}
		return nil
	}
}

// sameHost tells whether a request goes where the first one went. The server does not
// know the zone of an IPv6 address, because the Host header has none, and leaves it out
// of a redirect. It is put in again, and so are the headers that net/http has taken off
// for a foreign host, from then on.
func sameHost(req, first *http.Request) bool {
	bare := withoutZone(first.URL.Host)
	if bare == first.URL.Host {
		return req.URL.Host == bare
	}
	if req.URL.Host == bare {
		req.URL.Host = first.URL.Host
	}
	if req.URL.Host != first.URL.Host {
		return false
	}
	for name, values := range first.Header {
		if _, has := req.Header[name]; has {
			continue
		}
		if a := attemptOf(req.Context()); name == "Cookie" && a != nil {
			values = a.cookie
		}
		if values != nil {
			req.Header[name] = values
		}
	}
	return true
}

func withoutZone(host string) string {
	if zone, end := strings.IndexByte(host, '%'), strings.LastIndexByte(host, ']'); zone >= 0 && end > zone {
		return host[:zone] + host[end:]
	}
	return host
}

// dropOddLocation takes off a Location that is no URL: net/http would fail with
// an error that shows it, query and all, and hides the status.
func dropOddLocation(req *http.Request, resp *http.Response) {
	if to := resp.Header.Get("Location"); to != "" {
		if _, err := req.URL.Parse(to); err != nil {
			resp.Header.Del("Location")
		}
	}
}
