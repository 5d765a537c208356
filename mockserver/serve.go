package mockserver

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// serve answers a request: log, CORS, faults, then the checks in the server's
// order: size, token, JSON syntax, query, body, and only then the handler.
func (s *Server) serve(rw http.ResponseWriter, r *http.Request) {
	if s.config.faultControl && r.URL.Path == controlPath {
		s.serveControl(rw, r)
		return
	}
	c, inAPI := s.newCall(rw, r)
	entry := s.requests.begin(r, c.operation())
	r.Body = entry.tee(r.Body)
	client := r.Context()
	defer func() { s.logRequest(entry.end(c.w.code(), client.Err() != nil)) }()
	if s.config.timeout <= 0 {
		// What a request does ends with the client and with the server.
		ctx, cancel := context.WithCancel(client)
		defer cancel()
		defer context.AfterFunc(s.ctx, cancel)()
		c.r, c.cancel = r.WithContext(ctx), cancel
		s.answer(c, inAPI)
		return
	}
	s.answerInTime(c, r, inAPI)
}

func (s *Server) logRequest(r Request) {
	if s.config.requestLog != nil {
		s.config.requestLog(r)
	}
}

// newCall finds the route of a request.
func (s *Server) newCall(rw http.ResponseWriter, r *http.Request) (c *call, inAPI bool) {
	c = &call{srv: s, w: newResponseWriter(rw)}
	path, inAPI := strings.CutPrefix(withoutDots(r.URL.EscapedPath()), apiPrefix+"/")
	if method := r.Method; inAPI {
		if method == http.MethodHead {
			method = http.MethodGet
		}
		c.route, c.params = s.routes.find(method, "/"+path)
	}
	c.health = !inAPI && r.URL.Path == "/health"
	return c, inAPI
}

// operation is the operation id of the route, "" for none.
func (c *call) operation() string {
	switch {
	case c.route != nil:
		return c.route.op
	case c.health:
		return "Health"
	}
	return ""
}

// answer answers a request, or fails as a fault wants it.
func (s *Server) answer(c *call, inAPI bool) {
	s.cors(c.w.Header(), c.r)
	if c.r.Method == http.MethodOptions {
		preflight(c.w)
		return
	}
	if inAPI {
		c.takeContext(js.Undefined)
	}
	if c.route != nil && s.state != nil {
		// A read as well: what a run has done and a client has seen survives.
		c.w.keep = s.keep
	}
	fault := s.faults.take(c.operation())
	if !fault.before(c) {
		switch {
		case c.route != nil:
			c.handle()
		case inAPI:
			c.unknown()
		default:
			s.serveRoot(c.w, c.r)
		}
	}
	if c.w.kept() != nil {
		panic(http.ErrAbortHandler) // what was answered may be lost
	}
	fault.finish(c.w)
	c.w.WriteHeader(http.StatusOK) // where the handler has sent nothing
}

// answerInTime answers 504 where the handler has not begun its answer in time.
// What it does goes on.
func (s *Server) answerInTime(c *call, r *http.Request, inAPI bool) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	c.r, c.cancel = r.WithContext(ctx), cancel
	stay := context.AfterFunc(r.Context(), cancel)
	done := make(chan any, 1)
	s.spawn(func() {
		defer cancel()
		defer context.AfterFunc(s.ctx, cancel)()
		defer func() { done <- recover() }()
		s.answer(c, inAPI)
	})
	timer := time.NewTimer(s.config.timeout)
	defer timer.Stop()
	var thrown any
	select {
	case thrown = <-done:
	case <-timer.C:
		if c.w.timeOut() {
			stay()
			header := c.w.ResponseWriter.Header()
			s.cors(header, r)
			writeJSON(c.w.ResponseWriter, http.StatusGatewayTimeout, js.Obj("error", http.StatusText(http.StatusGatewayTimeout)))
			return
		}
		thrown = <-done
	}
	if thrown != nil {
		panic(thrown)
	}
}
