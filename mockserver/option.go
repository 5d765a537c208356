package mockserver

import "net/http"

// Option configures a Server.
type Option func(*config)

type config struct {
	token        string
	bodyLimit    int64
	demo         bool
	agents       []*Agent
	tools        []Tool
	workflows    []*Workflow
	vectorStores []string
	customRoutes []customRoute
}

type customRoute struct {
	method, pattern string
	handler         http.HandlerFunc
}

// DefaultBodyLimit is the size of the largest request body that is read, 4.5 MiB.
const DefaultBodyLimit = 4_718_592

func defaultConfig() config { return config{bodyLimit: DefaultBodyLimit} }

func (c *config) isEmpty() bool {
	return len(c.agents)+len(c.tools)+len(c.workflows)+len(c.vectorStores) == 0
}

// WithToken makes the server ask for a bearer token: requests without it are
// answered 401 before their body is looked at. The empty token turns it off.
func WithToken(token string) Option { return func(c *config) { c.token = token } }

// WithBodyLimit sets the size of the largest request body in bytes; larger ones
// are answered 413.
func WithBodyLimit(bytes int64) Option { return func(c *config) { c.bodyLimit = bytes } }

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
