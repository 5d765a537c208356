package mockserver

import (
	"errors"
	"fmt"
	"sort"
	"sync"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func nowMillis() float64 { return float64(time.Now().UnixMilli()) }

func sortRecords(list []*runRecord) {
	sort.Slice(list, func(i, j int) bool { return list[i].seq > list[j].seq })
}

// resumeInfo is how an execution continues a suspended run.
type resumeInfo struct {
	steps        []string // the path of step ids, outermost first
	path         []int    // where the step stands in the graph
	payload      any
	forEachIndex *int
}

// execution is one walk through a workflow's graph, from the start or from a
// suspended step. The mutex guards what steps that run side by side share.
type execution struct {
	srv      *Server
	parent   *execution // of a nested workflow
	workflow *Workflow
	run      *liveRun
	resume   *resumeInfo
	// start is the stage to begin with; travel and restarting say how an execution
	// differs that does not begin with the first.
	start      int
	travel     *travelInfo
	restarting bool
	cutOff     *js.Object // the steps that were running when the run was cut off
	// perStep pauses the run after its next stage.
	perStep bool
	state   *sharedState
	reqCtx  *sharedState
	trace   runTrace
	// emit publishes an event of the run; write one that a step writes itself, where
	// somebody reads.
	emit  func(event *js.Object)
	write func(chunk *js.Object)

	mu        sync.Mutex
	results   *js.Object // "input" and results by step id
	stepPath  []any
	position  []int
	active    *js.Object
	suspended *js.Object
	labels    *js.Object // the labels of what is suspended
	thrown    error
}

// runTrace is where a run stands in a trace.
type runTrace struct{ traceID, spanID, parentID string }

func (t runTrace) context() *js.Object {
	return js.Obj("traceId", t.traceID, "spanId", t.spanID, "parentSpanId", js.Opt(t.parentID))
}

// outcome is the result of an entry or step: an object with at least a status.
type outcome = *js.Object

// execute walks the graph and returns the result as start-async answers it,
// without the run id. An error is what broke the run: it has no result then, and
// its record stays as it was last.
func (x *execution) execute() (*js.Object, error) {
	start := x.start
	if x.resume != nil && len(x.resume.path) > 0 {
		start, x.resume.path = x.resume.path[0], x.resume.path[1:]
	}
	var last outcome
	for i := start; i < len(x.workflow.entries); i++ {
		x.mu.Lock()
		x.position, x.active, x.suspended, x.labels = []int{i}, js.Obj(), js.Obj(), js.Obj()
		x.mu.Unlock()
		if x.run.ctx.Err() != nil {
			canceled := js.Obj("status", "canceled")
			x.persist("canceled", nil, nil)
			return x.format(canceled), nil
		}
		last = x.entry(i)
		if err := errors.Join(x.broken(), x.state.assign(js.Undefined)); err != nil {
			return nil, err
		}
		if last.Str("status") != "success" {
			return x.ended(last), nil
		}
		if x.perStep {
			return x.paused(last), nil
		}
	}
	result := x.format(last)
	x.persist(result.Str("status"), result, nil)
	x.srv.runs.forgetStatus(x.run.key)
	return result, nil
}

// ended stores and returns the result of a run that a stage has ended, or stopped.
func (x *execution) ended(last outcome) *js.Object {
	if last.Str("status") == "bailed" {
		last = x.bailed(last)
	}
	result, tracing := x.format(last), js.Obj()
	status := result.Str("status")
	if status == "suspended" {
		tracing = x.trace.context()
	}
	x.persist(status, result, tracing)
	switch status {
	case "paused":
		x.emit(js.Obj("type", "workflow-paused", "payload", js.Obj()))
	case "suspended":
	default:
		x.srv.runs.forgetStatus(x.run.key)
	}
	return result
}

// bailed makes a good end of a step that has bailed, in its result too.
func (x *execution) bailed(last outcome) outcome {
	done := last.Clone().Set("status", "success")
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, m := range x.results.Members() {
		if m.Value == any(last) {
			x.results.Set(m.Key, done)
		}
	}
	return done
}

// paused stores and returns the result of a run that goes one stage at a time.
func (x *execution) paused(last outcome) *js.Object {
	result := x.format(last).Without("result").Set("status", "paused")
	x.persist("paused", nil, nil)
	x.emit(js.Obj("type", "workflow-paused", "payload", js.Obj()))
	return result
}

// throw breaks the run: nothing of it goes on, and there is no result.
func (x *execution) throw(err error) outcome {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.thrown == nil {
		x.thrown = err
	}
	return js.Obj("status", "failed")
}

// broken is what has broken the run, nil for nothing.
func (x *execution) broken() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.thrown
}

// guard calls f and returns its panic as an error.
func guard(f func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	f()
	return nil
}

// holds evaluates a condition.
func (x *execution) holds(c Case, input any, iteration int) (holds bool, err error) {
	s := x.call(input)
	s.Iteration = iteration
	err = guard(func() { holds = c.test(s) })
	return holds, err
}

// walked adds a step to the path of those that ran in order.
func (x *execution) walked(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.stepPath = append(x.stepPath[:len(x.stepPath):len(x.stepPath)], id)
}

// entry runs one stage and keeps its result.
func (x *execution) entry(i int) outcome {
	e := &x.workflow.entries[i]
	prev := x.outputOf(i - 1)
	var out outcome
	switch {
	case e.kind == stepEntry:
		n := e.nodes[0]
		resumed := x.resume.includes(n.id)
		if !resumed {
			x.walked(n.id)
		}
		out = x.step(stepRun{node: n, input: x.inputOf(n.id, prev, resumed), position: []int{i}, resume: x.resume})
	case e.kind == foreachEntry:
		n := e.nodes[0]
		out = x.foreach(e, i, x.inputOf(n.id, prev, x.resume.includes(n.id)))
		x.set(n.id, out)
	case e.kind == loopEntry:
		out = x.loop(e, i, prev)
		x.set(e.nodes[0].id, out)
	case e.kind == sleepEntry:
		out = x.sleep(e, i, prev)
	case x.resume != nil && len(x.resume.path) > 0:
		return x.resumeBlock(e, i, prev)
	case x.inPart():
		out = x.partly(e, i, prev)
	case e.kind == parallelEntry:
		out = x.parallel(e, i, prev)
	default:
		out = x.branch(e, i, prev)
	}
	if x.broken() != nil {
		return out
	}
	if x.run.ctx.Err() != nil {
		out = out.Clone().Set("status", "canceled")
	}
	status := out.Str("status")
	if status == "success" {
		status = "running"
	}
	x.persist(status, nil, nil)
	if status == "canceled" {
		x.emit(js.Obj("type", "workflow-canceled", "payload", js.Obj()))
	}
	return out
}

func (r *resumeInfo) includes(id string) bool {
	if r == nil {
		return false
	}
	for _, step := range r.steps {
		if step == id {
			return true
		}
	}
	return false
}

func (r *resumeInfo) first() string {
	if r == nil || len(r.steps) == 0 {
		return ""
	}
	return r.steps[0]
}

// inputOf is what a step runs on: a resumed one keeps its own.
func (x *execution) inputOf(id string, prev any, resumed bool) any {
	if resumed {
		if payload, ok := x.result(id).Lookup("payload"); ok {
			return payload
		}
	}
	return prev
}

func (x *execution) result(id string) *js.Object {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.results.Obj(id)
}

// value is a member of the results that is none, such as "input".
func (x *execution) value(key string) any {
	x.mu.Lock()
	defer x.mu.Unlock()
	return valueOf(x.results, key)
}

func (x *execution) set(id string, out outcome) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.results.Set(id, out)
}

// outputOf is what the stage before gives; the first stage gets the input.
func (x *execution) outputOf(i int) any {
	x.mu.Lock()
	defer x.mu.Unlock()
	if i < 0 {
		return valueOf(x.results, "input")
	}
	e := &x.workflow.entries[i]
	if e.single() {
		return valueOf(x.results.Obj(e.nodes[0].id), "output")
	}
	out := js.Obj()
	for _, n := range e.nodes {
		out.Set(n.id, valueOf(x.results.Obj(n.id), "output"))
	}
	return out
}

// valueOf is the member's value, Undefined when it is absent.
func valueOf(o *js.Object, key string) any {
	if v, ok := o.Lookup(key); ok {
		return v
	}
	return js.Undefined
}

// invalidData is the complaint about input or resume data that does not fit.
func invalidData(kind string, issues []zod.Issue) *workflowError {
	return &workflowError{status: 400, body: js.Obj("message", "Invalid "+kind+": \n"+zod.Lines(issues), "domain", "MASTRA_WORKFLOW",
		"category", "USER", "code", "WORKFLOW_SCHEMA_VALIDATION_FAILED", "details", js.Obj("type", kind))}
}

// workflowError is an error that refuses a start or a resume before any step
// runs. The body is what stream metadata shows.
type workflowError struct {
	status int
	body   *js.Object
}

func (e *workflowError) Error() string { return e.body.Str("message") }
