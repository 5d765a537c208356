package mockserver

import "net/http"

func (s *Server) runNetwork(c *call) error { return fail(http.StatusNotImplemented, "soon") }

// resumeNetwork answers a decision on a network that does not wait: with nothing.
func (s *Server) resumeNetwork(c *call) error {
	if _, err := c.agent(); err != nil {
		return err
	}
	return c.sse().done()
}
