package call

import (
	"net/http"

	"github.com/mastra-go/mastra/internal/veil"
)

func redirectFailure(v *veil.Veil, resp *http.Response) *Failure {
	f := &Failure{Status: resp.StatusCode, Header: resp.Header, Message: "a redirect, which is not followed"}
	if u, err := resp.Location(); err == nil {
		f.Message = "a redirect to " + Clip(v.Text(u.Scheme+"://"+u.Host), 200) + " is not followed"
	}
	return f
}

// followRedirect is the http.Client's CheckRedirect: only a GET is led on, and
// only on the host it was sent to.
func followRedirect(users func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		first := via[0]
		if first.Method != http.MethodGet || req.URL.Host != first.URL.Host || req.URL.Scheme != first.URL.Scheme || len(via) >= 10 {
			return http.ErrUseLastResponse
		}
		if users != nil {
			return users(req, via)
		}
		return nil
	}
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
