package mockserver

import "net/http"

// unservedRoutes are the operations of the API that this server does not serve:
// they ask for the token as every route does, and answer 501.
func unservedRoutes() []route {
	var table []route
	for _, r := range [][3]string{} {
		table = append(table, route{method: r[0], pattern: r[1], op: r[2], handler: (*Server).unserved})
	}
	return table
}

func (s *Server) unserved(c *call) error {
	return fail(http.StatusNotImplemented, "the mock server does not serve %s", c.route.op)
}
