package mockserver

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"time"
)

// TB is the part of testing.TB that Start needs. It is an interface of its own
// so that programs which embed the server do not link package testing.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Running is a server that listens.
type Running struct {
	*Server
	// URL is the server's base URL, without a slash at the end.
	URL string

	http *httptest.Server
}

const (
	// headerLimit is how long a request may be without its body: Node's limit.
	headerLimit = 16 << 10
	// headerSlop is what net/http allows beyond its limit.
	headerSlop = 4 << 10
)

const loopback = "127.0.0.1:0"

// Start serves on a free port of the loopback interface and closes the server
// when the test ends.
func Start(t TB, options ...Option) *Running {
	t.Helper()
	r, err := ListenOn(loopback, options...)
	if err != nil {
		t.Fatalf("mockserver: %v", err)
		return nil
	}
	t.Cleanup(r.Close)
	return r
}

// Listen is Start without a test: the caller closes the server. It panics where
// the loopback interface cannot be listened on, as httptest.NewServer does;
// ListenOn returns the error.
func Listen(options ...Option) *Running {
	r, err := ListenOn(loopback, options...)
	if err != nil {
		panic("mockserver: " + err.Error())
	}
	return r
}

// ListenOn serves on a TCP address, "127.0.0.1:4111" for example, until the
// caller closes the server. It does not block.
func ListenOn(addr string, options ...Option) (*Running, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	s := New(options...)
	h := &httptest.Server{Listener: listener, Config: &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: headerLimit - headerSlop,
	}}
	h.Start()
	return &Running{Server: s, URL: h.URL, http: h}, nil
}

// Format prints where the server listens, for every verb.
func (r Running) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "{mock server at %s}", r.URL) }

// Close drops every connection, ends every run and waits until both are done.
func (r *Running) Close() {
	r.stop()
	r.http.CloseClientConnections()
	r.http.Close()
	r.Server.Close()
}
