package mockserver

import (
	"context"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// agent finds the agent of the path.
func (c *call) agent() (*Agent, error) {
	id := c.param("agentId")
	if a := c.srv.world.agent(id); a != nil {
		return a, nil
	}
	if id == "" {
		return nil, badRequest("Agent ID is required")
	}
	return nil, notFound("Agent with id %s not found", id)
}

func (s *Server) generateAgent(c *call) error {
	r, err := c.newRun()
	if err != nil {
		return err
	}
	r.sink, r.whole = func(*js.Object) {}, true
	if r.durable() { // it can be observed all the same
		r.record = s.durables.begin(r.agent.ID, r.id)
		r.sink = r.record.chunk
	}
	stop := s.carryOut(r)
	r.run(c.ctx())
	stop()
	return c.answer(r)
}

// answer sends the result of a run that generate made.
func (c *call) answer(r *agentRun) error {
	if err := c.ctx().Err(); err != nil {
		return err
	}
	if r.failure != nil {
		r.saveMemory()
		return r.failure
	}
	if r.pending == nil {
		r.saveMemory()
	}
	return c.json(r.result())
}

func (s *Server) streamAgent(c *call) error {
	r, err := c.newRun()
	if err != nil {
		return err
	}
	if r.durable() {
		record := s.durables.begin(r.agent.ID, r.id)
		return c.streamDurable(r, c.sse, record, record.log.reader(), false, r.run)
	}
	w := c.sse()
	r.sink = func(chunk *js.Object) { _ = w.chunk(chunk) }
	return c.finishStream(r, w, r.run)
}

// finishStream runs an agent and ends its stream; a client that left gets
// nothing.
func (c *call) finishStream(r *agentRun, w chunkWriter, work func(context.Context)) error {
	ctx, cancel := context.WithCancel(c.ctx())
	defer cancel()
	r.active = c.srv.agents.threads.begin(r, cancel)
	defer r.active.end(c.srv)
	work(ctx)
	if c.ctx().Err() != nil {
		return nil
	}
	r.settle()
	return w.done()
}

func (s *Server) resumeAgentStream(c *call) error { return s.streamResume(c, c.body.Get("resumeData")) }

func (s *Server) approveToolCall(c *call) error { return s.streamResume(c, js.Obj("approved", true)) }

func (s *Server) approveToolCallGenerate(c *call) error {
	return s.generateResume(c, js.Obj("approved", true))
}

func (c *call) declined() any {
	return js.Obj("approved", false, "reason", valueOf(c.body, "reason"))
}

func (s *Server) declineToolCall(c *call) error { return s.streamResume(c, c.declined()) }

func (s *Server) declineToolCallGenerate(c *call) error { return s.generateResume(c, c.declined()) }

// decides tells whether the route approves or declines: that takes no options of a run.
func (c *call) decides() bool { return !strings.HasPrefix(c.route.op, "AgentResumeStream") }

// takeSuspended takes the suspended run that the body names.
func (c *call) takeSuspended(method string) (*Agent, *suspendedRun, error) {
	a, err := c.agent()
	if err != nil {
		return nil, nil, err
	}
	kept, err := c.srv.agents.take(method, a.ID, c.body.Str("runId"), c.body.Str("toolCallId"))
	return a, kept, err
}

func (s *Server) streamResume(c *call, data any) error {
	if a, err := c.agent(); err != nil || a.Durable {
		if err != nil {
			return err
		}
		return c.resumeDurable(a, data)
	}
	a, kept, err := c.takeSuspended("resumeStream")
	if err != nil {
		return err
	}
	w := c.sse()
	r := s.restore(a, kept, func(chunk *js.Object) { _ = w.chunk(chunk) })
	if !c.decides() {
		r.goesOnWith(c.runOptions())
	}
	return c.finishStream(r, w, func(ctx context.Context) { r.resumeRun(ctx, data) })
}

// goesOnWith gives a run that waited the options that are not kept with it.
func (r *agentRun) goesOnWith(o runOptions) {
	r.options.maxSteps, r.options.clientTools, r.options.activeTools = o.maxSteps, o.clientTools, o.activeTools
	r.options.requireApproval = r.options.requireApproval || o.requireApproval
}

func (s *Server) generateResume(c *call, data any) error {
	if a, err := c.agent(); err == nil && a.Durable {
		if err := c.checkDurable(a); err != nil {
			return err
		}
	}
	a, kept, err := c.takeSuspended("resumeGenerate")
	if err != nil {
		return err
	}
	r := s.restore(a, kept, func(*js.Object) {})
	r.whole = true
	if a.Durable { // its streams go on
		r.record = s.durables.join(a.ID, r.id)
		r.sink = r.record.chunk
	}
	stop := s.carryOut(r)
	r.resumeRun(c.ctx(), data)
	stop()
	return c.answer(r)
}
