package mockserver

import (
	"errors"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// workflow finds the workflow of the path.
func (c *call) workflow() (*Workflow, error) {
	if w := c.srv.world.workflow(c.param("workflowId")); w != nil {
		return w, nil
	}
	return nil, notFound("Workflow not found")
}

// record finds a stored run of the workflow of the path.
func (c *call) record(runID string) (*Workflow, *runRecord, error) {
	w, err := c.workflow()
	if err != nil {
		return nil, nil, err
	}
	rec := c.srv.runs.get(runKey{w.id, runID})
	if rec == nil {
		return nil, nil, notFound("Workflow run not found")
	}
	return w, rec, nil
}

func (s *Server) listWorkflows(c *call) error {
	out := js.Obj()
	for _, w := range s.world.workflows {
		out.Set(w.id, w.info(c.query.Str("partial") == "true"))
	}
	for _, p := range s.world.processorWorkflows() {
		out.Set(p.id, p.info(c.query.Str("partial") == "true"))
	}
	return c.json(out)
}

func (s *Server) getWorkflow(c *call) error {
	w, err := c.workflow()
	if err != nil {
		return err
	}
	return c.json(w.info(false))
}

func (s *Server) workflowRunCounts(c *call) error {
	out := js.Obj()
	for _, w := range s.world.workflows {
		count := func(status string) int {
			return len(s.runs.list(w.id, func(r *runRecord) bool { return r.status == status }))
		}
		out.Set(w.id, js.Obj("running", count("running"), "suspended", count("suspended")))
	}
	for _, p := range s.world.processorWorkflows() {
		out.Set(p.id, js.Obj("running", 0, "suspended", 0))
	}
	return c.json(out)
}

func (s *Server) createWorkflowRun(c *call) error {
	w, err := c.workflow()
	if err != nil {
		return err
	}
	l := s.createRun(w, c.query.Str("runId"), c.body.Get("resourceId"))
	return c.json(js.Obj("runId", l.key.run))
}

// refused turns an error that refused a start or resume into an answer.
func refused(err error) error {
	var we *workflowError
	if errors.As(err, &we) {
		return fail(we.status, "%s", we.Error())
	}
	return err
}

func (s *Server) startWorkflowAsync(c *call) error {
	w, err := c.workflow()
	if err != nil {
		return err
	}
	l := s.createRun(w, c.query.Str("runId"), c.body.Get("resourceId"))
	req := c.startRequest()
	return c.await(func() (*js.Object, error) { return s.start(l, req) })
}

// await runs f, which goes on if the client leaves, and answers its result.
func (c *call) await(f func() (*js.Object, error)) error {
	type answer struct {
		result *js.Object
		err    error
	}
	done := make(chan answer, 1)
	c.srv.spawn(func() {
		result, err := f()
		done <- answer{result, err}
	})
	select {
	case a := <-done:
		if a.err != nil {
			return refused(a.err)
		}
		return c.json(a.result)
	case <-c.ctx().Done():
		return c.ctx().Err()
	}
}

func (s *Server) startWorkflow(c *call) error {
	w, rec, err := c.record(c.query.Str("runId"))
	if err != nil {
		return err
	}
	l := s.createRun(w, rec.key.run, rec.resourceID)
	req := c.startRequest()
	s.walk(l, func() {
		defer l.begin()
		_, _ = s.start(l, req)
	})
	<-l.begun
	return c.json(js.Obj("message", "Workflow run started"))
}

func (s *Server) streamWorkflow(c *call) error {
	w, err := c.workflow()
	if err != nil {
		return err
	}
	runID := c.query.Str("runId")
	l, ended := s.createUnfinished(w, runID, c.body.Get("resourceId"))
	if l == nil {
		return fail(http.StatusConflict, "Workflow run %s already finished with status %q. Use /observe to read its stream back, or stream a new runId.", runID, ended)
	}
	out, begin := s.stream(l, c.startRequest())
	reader := s.join(l)
	if reader == nil { // it has ended since
		return s.streamWorkflow(c)
	}
	return s.sendRun(c, out, reader, begin)
}

// sendRun sends a run's stream and keeps it for observers.
func (s *Server) sendRun(c *call, out *runOutput, reader *logReader, begin func()) error {
	s.runs.history.keep(out.run.key.run, out.log)
	begin()
	return c.sendRecords(reader, nil)
}

func (s *Server) observeWorkflow(c *call) error {
	w, rec, err := c.record(c.query.Str("runId"))
	if err != nil {
		return err
	}
	l := s.createRun(w, rec.key.run, rec.resourceID)
	offset, _ := c.query.Num("offset")
	history := s.runs.history.from(rec.key.run, whole(offset))
	reader := s.join(l)
	if reader == nil { // it may have ended since
		history = s.runs.history.from(rec.key.run, whole(offset))
	}
	return c.sendRecords(reader, history)
}

func (s *Server) resumeWorkflowAsync(c *call) error {
	w, rec, err := c.record(c.query.Str("runId"))
	if err != nil {
		return err
	}
	l, req := s.createRun(w, rec.key.run, rec.resourceID), c.resumeRequest()
	return c.await(func() (*js.Object, error) { return s.resumeAndClose(l, req) })
}

func (s *Server) resumeWorkflow(c *call) error {
	if _, err := s.resumeDetached(c); err != nil {
		return err
	}
	return c.json(js.Obj("message", "Workflow run resumed"))
}

func (s *Server) resumeWorkflowNoWait(c *call) error {
	runID, err := s.resumeDetached(c)
	if err != nil {
		return err
	}
	return c.json(js.Obj("runId", runID))
}

func (s *Server) resumeDetached(c *call) (runID string, err error) {
	w, rec, err := c.record(c.query.Str("runId"))
	if err != nil {
		return "", err
	}
	l, req := s.createRun(w, rec.key.run, rec.resourceID), c.resumeRequest()
	s.walk(l, func() { _, _ = s.resumeAndClose(l, req) })
	return rec.key.run, nil
}

func (s *Server) resumeWorkflowStream(c *call) error {
	w, rec, err := c.record(c.query.Str("runId"))
	if err != nil {
		return err
	}
	out, begin := s.resumeStream(s.createRun(w, rec.key.run, rec.resourceID), c.resumeRequest())
	return s.sendRun(c, out, out.log.reader(), begin)
}

const cancelPatience = 20 * time.Millisecond

func (s *Server) cancelWorkflowRun(c *call) error {
	w, rec, err := c.record(c.param("runId"))
	if err != nil {
		return err
	}
	l := s.createRun(w, rec.key.run, rec.resourceID)
	l.cancel()
	// A step that heeds the cancellation has ended before the answer is sent.
	select {
	case <-l.resting():
	case <-time.After(cancelPatience):
	}
	s.runs.setStatus(rec.key, "canceled", "")
	return c.json(js.Obj("message", "Workflow run cancelled"))
}

func (s *Server) deleteWorkflowRun(c *call) error {
	_, rec, err := c.record(c.param("runId"))
	if err != nil {
		return err
	}
	s.runs.delete(rec.key)
	return c.json(js.Obj("message", "Workflow run deleted"))
}

func (s *Server) getWorkflowRun(c *call) error {
	w, rec, err := c.record(c.param("runId"))
	if err != nil {
		return err
	}
	var fields []string
	if list := c.query.Str("fields"); list != "" {
		for _, f := range strings.Split(list, ",") {
			fields = append(fields, strings.TrimSpace(f))
		}
	}
	return c.json(s.runState(w, rec, fields, c.query.Str("withNestedWorkflows") != "false"))
}

func (s *Server) listWorkflowRuns(c *call) error {
	page, perPage := valueOf(c.query, "page"), valueOf(c.query, "perPage")
	if limit := valueOf(c.query, "limit"); perPage == js.Undefined {
		perPage = limit
	}
	size, sized := perPage.(float64)
	if offset, ok := c.query.Num("offset"); ok && page == js.Undefined && sized && size > 0 {
		page = math.Floor(offset / size)
	}
	if sized && size <= 0 {
		return badRequest("perPage must be a positive integer")
	}
	w, err := c.workflow()
	if err != nil {
		return err
	}
	from, hasFrom := c.query.Get("fromDate").(time.Time)
	to, hasTo := c.query.Get("toDate").(time.Time)
	resource, status := c.query.Str("resourceId"), c.query.Str("status")
	list := s.runs.list(w.id, func(r *runRecord) bool {
		return (!hasFrom || !r.created.Before(from)) && (!hasTo || !r.created.After(to)) &&
			(resource == "" || r.resourceID == resource) && (status == "" || r.status == status)
	})
	total := len(list)
	if n, ok := page.(float64); ok && sized {
		start, end := window(n, size, total)
		list = list[start:end]
	}
	runs := make([]any, len(list))
	for i, r := range list {
		runs[i] = js.Obj("workflowName", w.id, "runId", r.key.run, "snapshot", r.snapshot(w), "resourceId", r.resourceID,
			"createdAt", js.ISO(r.created), "updatedAt", js.ISO(r.updated))
	}
	return c.json(js.Obj("runs", runs, "total", total))
}
