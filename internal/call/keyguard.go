package call

import (
	"errors"
	"net/http"
)

var errIdempotencyKey = errors.New("an Idempotency-Key header is refused here: the server does not know it, and net/http would send the request twice")

// keyGuard stands behind all middleware, and lets no request pass that net/http
// would repeat by itself although it must not be carried out twice. It notes the
// headers that middleware has made of a request.
type keyGuard struct{ next http.RoundTripper }

func (g keyGuard) RoundTrip(req *http.Request) (*http.Response, error) {
	a := attemptOf(req.Context())
	if a != nil {
		header := req.Header
		a.header.Store(&header)
	}
	if a != nil && !a.safe && idempotent(req.Header) {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, errIdempotencyKey
	}
	return g.next.RoundTrip(req)
}

// idempotent: net/http looks for the names alone, whatever the values.
func idempotent(h http.Header) bool {
	_, one := h["Idempotency-Key"]
	_, other := h["X-Idempotency-Key"]
	return one || other
}
