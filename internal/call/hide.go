package call

import "github.com/mastra-go/mastra/internal/veil"

// Veil hides the credentials of these settings, and the tokens that were sent last.
func (s *Server) Veil(cfg *Config) *veil.Veil { return veil.New(s.secrets(cfg)) }

func (s *Server) secrets(cfg *Config) (all veil.Secrets) {
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
		all := x.server.secrets(x.cfg)
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
