package mockserver

import "net/http/httptest"

// TB is the part of testing.TB that Start needs. It is an interface of its own
// so that programs which embed the server do not link package testing.
type TB interface {
	Helper()
	Cleanup(func())
}

// Running is a server that listens.
type Running struct {
	*Server
	// URL is the server's base URL, without a slash at the end.
	URL string

	http *httptest.Server
}

// Start serves on a free port of the loopback interface and closes the server
// when the test ends.
func Start(t TB, options ...Option) *Running {
	t.Helper()
	r := Listen(options...)
	t.Cleanup(r.Close)
	return r
}

// Listen is Start without a test: the caller closes the server.
func Listen(options ...Option) *Running {
	s := New(options...)
	h := httptest.NewServer(s)
	return &Running{Server: s, URL: h.URL, http: h}
}

// Close drops every connection and ends every run.
func (r *Running) Close() {
	r.cancel()
	r.http.CloseClientConnections()
	r.http.Close()
	r.Server.Close()
}
