package mockserver

import (
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// startRequest is what a client sends to start a run.
type startRequest struct {
	input, state   any
	requestContext *js.Object
	closeOnSuspend bool
	perStep        bool
	traceID        string // the caller's, or a new one
	write          func(chunk *js.Object)
}

func (c *call) startRequest() *startRequest {
	req := &startRequest{input: valueOf(c.body, "inputData"), state: valueOf(c.body, "initialState"), requestContext: c.requestContext,
		perStep: c.body.Bool("perStep"), closeOnSuspend: true, traceID: newTraceID()}
	if id := c.body.Obj("tracingOptions").Str("traceId"); traceID.MatchString(id) {
		req.traceID = id
	}
	if v, ok := c.body.Get("closeOnSuspend").(bool); ok {
		req.closeOnSuspend = v
	}
	return req
}

// start runs a workflow from its beginning and returns the result. An error means
// that no step has run, or what broke the run.
func (s *Server) start(l *liveRun, req *startRequest) (*js.Object, error) {
	span := newSpanID()
	input, issues := l.workflow.input.Parse(req.input)
	if len(issues) > 0 {
		return nil, invalidData("input data", issues)
	}
	state, err := l.workflow.initialState(req.state)
	if err != nil {
		return nil, err
	}
	if err := l.workflow.checkContext(req.requestContext); err != nil {
		return nil, err
	}
	s.runs.countStart(l.key.run)
	x := &execution{srv: s, workflow: l.workflow, run: l, emit: l.publish, write: req.write, results: js.Obj("input", input), stepPath: []any{},
		state: state, reqCtx: runContext(req.requestContext), perStep: req.perStep, trace: runTrace{traceID: req.traceID, spanID: span}}
	return s.finishRun(l, x)
}

func (s *Server) finishRun(l *liveRun, x *execution) (*js.Object, error) {
	result, err := x.execute()
	if err != nil {
		return nil, err
	}
	if result.Str("status") != "suspended" {
		s.runs.forget(l)
	}
	return result.Set("runId", l.key.run).Set("traceId", x.trace.traceID).Set("spanId", x.trace.spanID), nil
}

// resumeRequest is what a client sends to resume a run.
type resumeRequest struct {
	steps          []string
	data           any
	forEachIndex   *int
	perStep        bool
	requestContext *js.Object
	write          func(chunk *js.Object)
}

// stepPath is the path of step ids that a request names, outermost first: a text
// with dots, or a list.
func (c *call) stepPath() (path []string) {
	switch step := c.body.Get("step").(type) {
	case string:
		if step != "" {
			path = strings.Split(step, ".")
		}
	case []any:
		for _, e := range step {
			id, _ := e.(string)
			path = append(path, id)
		}
	}
	return path
}

func (c *call) resumeRequest() *resumeRequest {
	req := &resumeRequest{steps: c.stepPath(), data: valueOf(c.body, "resumeData"), perStep: c.body.Bool("perStep"), requestContext: c.requestContext}
	if index, ok := c.body.Num("forEachIndex"); ok {
		i := whole(index)
		req.forEachIndex = &i
	}
	return req
}

const (
	resumePoll    = 25 * time.Millisecond
	resumePatient = 2 * time.Second
)

// settledRecord waits a little while a run is pending or running, because the
// suspension to be resumed may be on its way.
func (s *Server) settledRecord(key runKey) *runRecord {
	deadline := time.Now().Add(resumePatient)
	for {
		rec := s.runs.get(key)
		if rec == nil || (rec.status != "running" && rec.status != "pending") || time.Now().After(deadline) {
			return rec
		}
		select {
		case <-time.After(resumePoll):
		case <-s.ctx.Done():
			return rec
		}
	}
}

// prepareResume finds the step to resume, validates the data and claims the
// suspension.
func (s *Server) prepareResume(l *liveRun, req *resumeRequest) (*runRecord, *resumeInfo, error) {
	refuse := func(message string) error {
		return &workflowError{status: 500, body: js.Obj("message", message)}
	}
	rec := s.settledRecord(l.key)
	if rec == nil {
		return nil, nil, refuse("No snapshot found for this workflow run: " + l.key.workflow + " " + l.key.run)
	}
	if rec.status != "suspended" {
		return nil, nil, refuse("This workflow run was not suspended")
	}
	steps := req.steps
	if len(steps) == 0 {
		paths := suspendedPaths(rec)
		switch len(paths) {
		case 0:
			return nil, nil, refuse("No suspended steps found in this workflow run")
		case 1:
			steps = paths[0]
		default:
			names := make([]string, len(paths))
			for i, p := range paths {
				names[i] = "[" + strings.Join(p, ", ") + "]"
			}
			return nil, nil, refuse("Multiple suspended steps found: " + strings.Join(names, ", ") + `. Please specify which step to resume using the "step" parameter.`)
		}
	}
	position, ok := rec.suspended.Lookup(steps[0])
	if !ok {
		return nil, nil, refuse(`This workflow step "` + steps[0] + `" was not suspended. Available suspended steps: [` + strings.Join(rec.suspended.Keys(), ", ") + "]")
	}
	data := req.data
	if n := l.workflow.stepByID(steps[0]); n != nil && n.resume != nil {
		parsed, issues := n.resume.Parse(data)
		if len(issues) > 0 {
			return nil, nil, invalidData("resume data", issues)
		}
		data = parsed
	}
	if !s.runs.setStatus(l.key, "running", "suspended") {
		return nil, nil, refuse("This workflow run was not suspended")
	}
	info := &resumeInfo{steps: steps, payload: data, forEachIndex: req.forEachIndex}
	for _, p := range position.([]any) {
		if i, ok := p.(int); ok {
			info.path = append(info.path, i)
		}
	}
	return rec, info, nil
}

func (w *Workflow) stepByID(id string) *nodeDef {
	for _, n := range w.stepDefs() {
		if n.id == id {
			return n
		}
	}
	return nil
}

// suspendedPaths are the ways to the steps that wait.
func suspendedPaths(rec *runRecord) [][]string {
	var paths [][]string
	for _, id := range rec.suspended.Keys() {
		result := rec.context.Obj(id)
		if result.Str("status") != "suspended" {
			continue
		}
		path := []string{id}
		for _, e := range result.Obj("suspendPayload").Obj(workflowMeta).Arr("path") {
			inner, _ := e.(string)
			path = append(path, inner)
		}
		paths = append(paths, path)
	}
	return paths
}

// resume continues a suspended run and returns the result. An error means that
// nothing was resumed.
func (s *Server) resume(l *liveRun, req *resumeRequest) (*js.Object, error) {
	rec, info, err := s.prepareResume(l, req)
	if err != nil {
		return nil, err
	}
	return s.resumePrepared(l, rec, info, req)
}

// resumePrepared walks on from the suspension that was claimed.
func (s *Server) resumePrepared(l *liveRun, rec *runRecord, info *resumeInfo, req *resumeRequest) (*js.Object, error) {
	x := &execution{srv: s, workflow: l.workflow, run: l, emit: l.publish, write: req.write, results: rec.context.Clone(), stepPath: rec.path,
		resume: info, state: newSharedState(rec.state), reqCtx: contextOver(req.requestContext, rec), perStep: req.perStep,
		trace: runTrace{traceID: rec.traceID, spanID: newSpanID()}}
	return s.finishRun(l, x)
}

// contextOver is a request's context with what the run's record has besides.
func contextOver(given *js.Object, rec *runRecord) *sharedState {
	out := js.Obj().Merge(given)
	for _, m := range rec.requestContext.Members() {
		if !out.Has(m.Key) {
			out.Set(m.Key, m.Value)
		}
	}
	return runContext(out)
}

// resumeAndClose resumes a run and, when it has ended, closes the stream that was
// left open at its suspension.
func (s *Server) resumeAndClose(l *liveRun, req *resumeRequest) (*js.Object, error) {
	result, err := s.resume(l, req)
	if err != nil || result.Str("status") == "suspended" {
		return result, err
	}
	l.mu.Lock()
	out, closing := l.output, l.closing
	l.mu.Unlock()
	if closing != nil {
		out.settle(result, nil)
		closing()
	}
	return result, nil
}
