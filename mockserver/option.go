package mockserver

import (
	"log"
	"net/http"
	"time"
)

// Option configures a Server.
type Option func(*config)

type config struct {
	// token is the bearer token that is asked for, nil for none. It stands in a func,
	// which prints as an address: fmt calls no method on what an unexported field holds.
	token        func() string
	bodyLimit    int64
	demo         bool
	agents       []*Agent
	tools        []Tool
	workflows    []*Workflow
	vectorStores []string
	customRoutes []customRoute
	timeout      time.Duration
	origins      []string
	requestLog   func(Request)
	requestsKept int
	faultControl bool
	stateErrors  func(error)
}

type customRoute struct {
	method, pattern string
	handler         http.HandlerFunc
}

// DefaultBodyLimit is the size of the largest request body that is read, 4.5 MiB.
const DefaultBodyLimit = 4_718_592

func defaultConfig() config {
	return config{bodyLimit: DefaultBodyLimit, requestsKept: DefaultRequestsKept, stateErrors: func(err error) { log.Print(err) }}
}

func (c *config) isEmpty() bool {
	return len(c.agents)+len(c.tools)+len(c.workflows)+len(c.vectorStores) == 0
}

// hasDemo tells whether the demo world is served.
func (c *config) hasDemo() bool { return c.demo || c.isEmpty() }

// WithToken makes the server ask for a bearer token: requests without it are
// answered 401 before their body is looked at. The empty token turns it off.
func WithToken(token string) Option {
	return func(c *config) {
		c.token = nil
		if token != "" {
			c.token = func() string { return token }
		}
	}
}

// WithBodyLimit sets the size of the largest request body in bytes; larger ones
// are answered 413.
func WithBodyLimit(bytes int64) Option { return func(c *config) { c.bodyLimit = bytes } }

// WithTimeout makes the server answer 504 where an answer has not begun in time;
// what was asked goes on, and streams that have begun are not ended. 0, the
// default, waits for ever.
func WithTimeout(d time.Duration) Option { return func(c *config) { c.timeout = d } }

// WithCORS lets browsers in from these origins only; by default from every one.
func WithCORS(origins ...string) Option {
	return func(c *config) { c.origins = append(c.origins, origins...) }
}

// WithRequestLog calls f with every request once it is answered, from the
// goroutine that answered it.
func WithRequestLog(f func(Request)) Option { return func(c *config) { c.requestLog = f } }

// DefaultRequestsKept is how many requests Requests lists at most.
const DefaultRequestsKept = 4096

// WithRequestsKept sets how many requests are kept for Requests, the newest ones.
func WithRequestsKept(n int) Option { return func(c *config) { c.requestsKept = max(0, n) } }

// WithFaultControl takes faults over HTTP too: POST /__mock/faults with a Fault
// as JSON, or a list of them, queues; DELETE forgets those that have not hit. The
// route asks for no token.
func WithFaultControl() Option { return func(c *config) { c.faultControl = true } }

// WithStateErrors calls f when the file of KeepState cannot be written, once until
// it could be written again. By default package log writes the error.
func WithStateErrors(f func(error)) Option { return func(c *config) { c.stateErrors = f } }

// WithDemoWorld adds the demo world to what the other options give.
func WithDemoWorld() Option { return func(c *config) { c.demo = true } }

// WithAgent serves an agent. Its tools are listed under /tools too.
func WithAgent(a Agent) Option { return func(c *config) { c.agents = append(c.agents, &a) } }

// WithTool serves a tool that can be executed directly.
func WithTool(t Tool) Option { return func(c *config) { c.tools = append(c.tools, t) } }

// WithWorkflow serves a workflow.
func WithWorkflow(w *Workflow) Option {
	return func(c *config) { c.workflows = append(c.workflows, w) }
}

// WithVectorStore serves an empty vector store of that name.
func WithVectorStore(name string) Option {
	return func(c *config) { c.vectorStores = append(c.vectorStores, name) }
}

// WithRoute serves a custom route at the root, outside the API prefix. The
// pattern is a net/http pattern without method and host.
func WithRoute(method, pattern string, handler http.HandlerFunc) Option {
	return func(c *config) {
		c.customRoutes = append(c.customRoutes, customRoute{method, pattern, handler})
	}
}
