package call

import (
	"net/http"
	"net/url"

	"github.com/mastra-go/mastra/internal/veil"
)

// Veil hides the credentials of these settings, and the tokens that were sent last.
func (s *Server) Veil(cfg *Config) *veil.Veil { return veil.New(s.secrets(cfg, s.request())) }

// request is one for which the proxy can be asked, where none was sent.
func (s *Server) request() *http.Request {
	req, err := http.NewRequest(http.MethodGet, s.Base(), nil)
	if err != nil {
		return &http.Request{Method: http.MethodGet, URL: new(url.URL), Header: http.Header{}}
	}
	return req
}

// request is the last one that the transport got.
func (x *Exchange) request() *http.Request {
	if req := x.now.request.Load(); req != nil {
		return req
	}
	return x.server.request()
}

// advice says what to do about a request that has reached no server.
func (x *Exchange) advice(err error) string { return x.server.proxies.advice(x.request(), err) }

func (s *Server) secrets(cfg *Config, req *http.Request) (all veil.Secrets) {
	s.proxies.hide(&all, req)
	all.Headers(cfg.Header)
	all.Query(cfg.Query)
	for _, token := range s.tokens.all() {
		all.Add(token)
	}
	return all
}

// Veil hides what this call has sent too. Everything that the module says of an answer
// or of a connection goes through it.
func (x *Exchange) Veil() *veil.Veil {
	if x.veil == nil {
		all := x.server.secrets(x.cfg, x.request())
		all.Add(x.credentials.token)
		all.Add(x.query)
		all.Query(x.private)
		if sent := x.now.header.Load(); sent != nil {
			all.Sent(*sent)
		}
		x.veil = veil.New(all)
	}
	return x.veil
}
