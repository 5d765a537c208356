package mockserver

import (
	"math"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// listLogTransports answers that there are none: the server keeps no logs.
func (s *Server) listLogTransports(c *call) error {
	return c.json(js.Obj("transports", []any{}))
}

// listLogs answers for all runs and for one: a transport that there is not holds
// no logs. Pages of logs count from 1, and page 0 is the first one too.
func (s *Server) listLogs(c *call) error {
	if c.query.Str("transportId") == "" {
		return missing("transportId")
	}
	page, perPage := c.page()
	if perPage == 0 {
		perPage = logsPerPage
	}
	return c.json(js.Obj("logs", []any{}, "total", 0, "page", math.Max(1, page), "perPage", perPage, "hasMore", false))
}

const logsPerPage = 100
