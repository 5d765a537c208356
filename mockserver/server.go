package mockserver

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
)

// Server is a Mastra server in memory: an http.Handler with state. It is safe
// for concurrent use. Close ends everything that still runs.
type Server struct {
	config   config
	world    *world
	routes   *router
	memory   *memoryStore
	vectors  map[string]*vectorStore
	agents   *agentRuns
	durables *durableRuns
	runs     *workflowRuns
	scores   *scoreStore
	requests *requestLog
	faults   *faultQueue
	state    *stateFile

	toolCalls atomic.Int64

	ctx    context.Context
	cancel context.CancelFunc
	apart  *goroutines
}

// Format prints no more than how much was asked, for every verb: what a server holds
// changes while it is printed.
func (s *Server) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "{mock server, %d requests kept}", len(s.Requests()))
}

// New makes a server. Without WithAgent, WithTool, WithWorkflow or
// WithVectorStore it serves the demo world; with one of them it serves what was
// given and nothing else, unless WithDemoWorld is given too. It panics where the
// world cannot be meant: an agent, a tool, a workflow or a vector store without an id,
// or with that of another one, a step without an id, a workflow without a stage, a
// processor without a Check.
func New(options ...Option) *Server {
	s := &Server{
		config: defaultConfig(),
		faults: &faultQueue{},
		apart:  newGoroutines(),
	}
	for _, option := range options {
		option(&s.config)
	}
	s.requests = &requestLog{kept: s.config.requestsKept}
	if s.config.hasDemo() {
		s.config.demo = true
		addDemoWorld(&s.config)
	}
	s.config.check()
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.world = newWorld(&s.config)
	s.memory = newMemoryStore()
	s.vectors = make(map[string]*vectorStore)
	for _, name := range s.config.vectorStores {
		s.vectors[name] = newVectorStore()
	}
	s.agents = newAgentRuns()
	s.durables = newDurableRuns()
	s.runs = newWorkflowRuns()
	s.scores = &scoreStore{}
	s.routes = newRouter(s.routeTable())
	return s
}

// Close ends every run and subscription and waits for their goroutines. A state
// file is written before that: what runs is left as running. Where that fails
// WithStateErrors tells.
func (s *Server) Close() {
	s.stop()
	s.apart.wait()
}

func (s *Server) stop() {
	s.keep()
	s.cancel()
}

// Executions tells how many times a workflow run was executed from its start;
// a run that was joined, observed or resumed counts once.
func (s *Server) Executions(runID string) int { return s.runs.executions(runID) }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.serve(w, r)
}

// spawn runs f in a goroutine that Close waits for.
func (s *Server) spawn(f func()) { s.apart.start(f) }
