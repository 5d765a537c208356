package mockserver

import (
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// restart carries a run on that was cut off; one that has ended is answered as
// it is.
func (s *Server) restart(l *liveRun, given *js.Object) (*js.Object, error) {
	rec := s.runs.get(l.key)
	if rec == nil {
		return nil, said("Snapshot not found for run %s", l.key.run)
	}
	switch {
	case rec.answered():
		s.runs.forget(l)
		return endedResult(rec), nil
	case rec.status == "running", rec.status == "waiting", rec.status == "pending" && rec.context.Has("input"):
	default:
		return nil, errNotActive
	}
	x := &execution{srv: s, workflow: l.workflow, run: l, emit: l.publish,
		trace: runTrace{traceID: newTraceID(), spanID: newSpanID()}, reqCtx: contextOver(given, rec)}
	x.restartFrom(rec)
	return s.finishRun(l, x)
}

// restartFrom makes an execution begin with the stage that was cut off.
func (x *execution) restartFrom(rec *runRecord) {
	if len(rec.activePaths) > 0 && rec.status != "pending" {
		x.start = indexOf(rec.activePaths[0])
	}
	x.restarting = len(x.workflow.entries[x.start].nodes) > 1
	x.results, x.stepPath, x.state, x.cutOff = rec.context.Clone(), rec.path, newSharedState(rec.state), rec.activeSteps
	if x.stepPath == nil {
		x.stepPath = []any{}
	}
}

// restartInto makes the nested execution of a step that was cut off begin where it
// was. Where its run had ended the result is that.
func (x *execution) restartInto(child *execution) (ended *js.Object, err error) {
	rec := x.srv.runs.get(child.run.key)
	switch {
	case rec == nil:
		return nil, said("Snapshot not found for run %s", child.run.key.run)
	case rec.answered():
		return endedResult(rec), nil
	case rec.status != "running" && rec.status != "waiting":
		return nil, errNotActive
	}
	child.restartFrom(rec)
	return nil, nil
}

var errNotActive = said("This workflow run was not active")

// indexOf is a position in the graph, which is a float64 where it was read from
// a file.
func indexOf(v any) int {
	switch v := v.(type) {
	case int:
		return v
	case float64:
		return int(v)
	}
	return 0
}

func endedResult(rec *runRecord) *js.Object {
	out := js.Obj("steps", eachResult(rec.context, cleaned), "input", valueOf(rec.context, "input"), "runId", rec.key.run, "state", stateShown(rec.state))
	if rec.path != nil {
		out.Set("stepExecutionPath", rec.path)
	}
	out.Set("resumeLabels", rec.labels).Set("status", rec.status)
	if rec.status == "failed" {
		return out.Set("error", rec.err)
	}
	return out.Set("result", rec.result)
}

// active are the runs of a workflow that are carried out, or were when the
// server ended.
func (s *Server) active(w *Workflow) []*runRecord {
	return s.runs.list(w.id, func(r *runRecord) bool { return slices.Contains([]string{"running", "waiting"}, r.status) })
}

func (s *Server) restartWorkflowAsync(c *call) error {
	w, rec, err := c.record(c.query.Str("runId"))
	if err != nil {
		return err
	}
	l := s.createRun(w, rec.key.run, rec.resourceID)
	return c.await(func() (*js.Object, error) { return s.restart(l, c.requestContext) })
}

func (s *Server) restartWorkflow(c *call) error {
	w, rec, err := c.record(c.query.Str("runId"))
	if err != nil {
		return err
	}
	l := s.createRun(w, rec.key.run, rec.resourceID)
	s.walk(l, func() { _, _ = s.restart(l, c.requestContext) })
	return c.json(js.Obj("message", "Workflow run restarted"))
}

const allRestarted = "All active workflow runs restarted"

func (s *Server) restartAllWorkflows(c *call) error {
	w, err := c.workflow()
	if err != nil {
		return err
	}
	s.spawn(func() { s.restartAll(w) })
	return c.json(js.Obj("message", allRestarted))
}

func (s *Server) restartAllWorkflowsAsync(c *call) error {
	w, err := c.workflow()
	if err != nil {
		return err
	}
	return c.await(func() (*js.Object, error) {
		s.restartAll(w)
		return js.Obj("message", allRestarted), nil
	})
}

// restartAll takes up one run after the other.
func (s *Server) restartAll(w *Workflow) {
	for _, rec := range s.active(w) {
		_, _ = s.restart(s.createRun(w, rec.key.run, rec.resourceID), nil)
	}
}

func (s *Server) travelWorkflowAsync(c *call) error {
	w, rec, err := c.record(c.query.Str("runId"))
	if err != nil {
		return err
	}
	l, req := s.createRun(w, rec.key.run, rec.resourceID), c.travelRequest()
	return c.await(func() (*js.Object, error) { return s.travel(l, req) })
}

func (s *Server) travelWorkflow(c *call) error {
	w, rec, err := c.record(c.query.Str("runId"))
	if err != nil {
		return err
	}
	l, req := s.createRun(w, rec.key.run, rec.resourceID), c.travelRequest()
	s.walk(l, func() { _, _ = s.travel(l, req) })
	return c.json(js.Obj("message", "Workflow run time travel started"))
}

func (s *Server) travelWorkflowStream(c *call) error {
	w, rec, err := c.record(c.query.Str("runId"))
	if err != nil {
		return err
	}
	l, req := s.createRun(w, rec.key.run, rec.resourceID), c.travelRequest()
	o := newRunOutput(l)
	l.mu.Lock()
	l.output, l.closing = o, o.close
	l.mu.Unlock()
	req.write = o.append
	return s.sendRun(c, o, o.log.reader(), func() {
		unwatch := l.watch(o.event)
		s.walk(l, func() {
			defer o.close()
			defer unwatch()
			o.settle(s.travel(l, req))
		})
	})
}
