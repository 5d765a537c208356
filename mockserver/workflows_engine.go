package mockserver

import (
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
	workflow *Workflow
	run      *liveRun
	resume   *resumeInfo
	// start is the stage to begin with; travel and restarting say how an execution
	// differs that does not begin with the first.
	start      int
	travel     *travelInfo
	restarting bool
	// emit publishes an event of the run.
	emit func(event *js.Object)

	mu        sync.Mutex
	results   *js.Object // "input" and results by step id
	stepPath  []any
	position  []int
	active    *js.Object
	suspended *js.Object
	reqCtx    *js.Object
	traceID   string
}

// outcome is the result of an entry or step: an object with at least a status.
type outcome = *js.Object

// execute walks the graph and returns the result as start-async answers it,
// without the run id.
func (x *execution) execute() *js.Object {
	start := x.start
	if x.resume != nil && len(x.resume.path) > 0 {
		start, x.resume.path = x.resume.path[0], x.resume.path[1:]
	}
	var last outcome
	for i := start; i < len(x.workflow.entries); i++ {
		x.mu.Lock()
		x.position, x.active, x.suspended = []int{i}, js.Obj(), js.Obj()
		x.mu.Unlock()
		if x.run.ctx.Err() != nil {
			canceled := js.Obj("status", "canceled")
			x.persist("canceled", nil)
			return x.format(canceled)
		}
		last = x.entry(i)
		if status := last.Str("status"); status != "success" {
			if status == "bailed" {
				last = last.Clone().Set("status", "success")
			}
			result := x.format(last)
			x.persist(result.Str("status"), result)
			return result
		}
	}
	result := x.format(last)
	x.persist(result.Str("status"), result)
	return result
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
			x.mu.Lock()
			x.stepPath = append(x.stepPath[:len(x.stepPath):len(x.stepPath)], n.id)
			x.mu.Unlock()
		}
		out = x.step(stepRun{node: n, input: x.inputOf(n.id, prev, resumed), position: []int{i}, resume: x.resume})
	case e.kind == foreachEntry:
		n := e.nodes[0]
		out = x.foreach(e, i, x.inputOf(n.id, prev, x.resume.includes(n.id)))
		x.set(n.id, out)
	case x.resume != nil && len(x.resume.path) > 0:
		return x.resumeBlock(e, i, prev)
	case x.inPart():
		out = x.partly(e, i, prev)
	case e.kind == parallelEntry:
		out = x.parallel(e, i, prev)
	default:
		out = x.branch(e, i, prev)
	}
	if x.run.ctx.Err() != nil {
		out = out.Clone().Set("status", "canceled")
	}
	status := out.Str("status")
	if status == "success" {
		status = "running"
	}
	x.persist(status, nil)
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
	if e.kind == stepEntry || e.kind == foreachEntry {
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

// format builds the result of the run from the last outcome.
func (x *execution) format(last outcome) *js.Object {
	x.mu.Lock()
	defer x.mu.Unlock()
	steps := js.Obj()
	for _, m := range x.results.Members() {
		result, ok := m.Value.(*js.Object)
		if ok && m.Key != "input" && result.Has("metadata") {
			steps.Set(m.Key, result.Without("metadata"))
			continue
		}
		steps.Set(m.Key, m.Value)
	}
	previous, full := valueOf(x.results, "input"), steps.Clone()
	for _, id := range x.stepPath {
		name, _ := id.(string)
		result := full.Obj(name)
		if result == nil {
			continue
		}
		// Of a step that ran several times the last one counts.
		steps.Set(name, result)
		if payload, ok := result.Lookup("payload"); ok && js.String(payload) == js.String(previous) {
			steps.Set(name, result.Without("payload"))
		}
		if result.Str("status") == "success" {
			previous = valueOf(result, "output")
		}
	}
	status := last.Str("status")
	out := js.Obj("status", status, "steps", steps, "input", valueOf(x.results, "input"),
		"stepExecutionPath", x.stepPath)
	switch status {
	case "success":
		out.Set("result", valueOf(last, "output"))
	case "failed":
		out.Set("error", last.Get("error"))
	case "suspended":
		x.formatSuspension(out)
	}
	return out
}

func (x *execution) formatSuspension(out *js.Object) {
	paths, payloads := []any{}, js.Obj()
	for _, m := range x.results.Members() {
		result, ok := m.Value.(*js.Object)
		if !ok || m.Key == "input" || result.Str("status") != "suspended" {
			continue
		}
		payload := result.Obj("suspendPayload")
		payloads.Set(m.Key, userPayload(payload))
		path := []any{m.Key}
		paths = append(paths, append(path, payload.Obj(workflowMeta).Arr("path")...))
	}
	out.Set("suspended", paths).Set("suspendPayload", payloads)
}

// workflowMeta is the key under which the engine keeps its own data inside
// suspend payloads.
const workflowMeta = "__workflow_meta"

// userPayload is a suspend payload without the engine's data.
func userPayload(payload *js.Object) *js.Object {
	if payload == nil {
		return js.Obj()
	}
	return payload.Without(workflowMeta)
}

// persistStep stores that a step runs.
func (x *execution) persistStep(id string, info *js.Object) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.store("running", x.results.Clone().Set(id, info), nil)
	x.run.begin()
}

// persist stores the run's state.
func (x *execution) persist(status string, result *js.Object) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.store(status, x.results.Clone(), result)
}

// store writes the record. While a resumed run goes on its record keeps the
// state of the suspension.
func (x *execution) store(status string, results, result *js.Object) {
	x.run.mu.Lock()
	keep := status == "running" && x.run.lastStatus == "suspended"
	if !keep {
		x.run.lastStatus = status
	}
	x.run.mu.Unlock()
	if keep {
		return
	}
	position := make([]any, len(x.position))
	for i, p := range x.position {
		position[i] = p
	}
	x.srv.runs.store(runRecord{
		key: x.run.key, resourceID: x.run.resourceID, status: status,
		context: results, result: valueOf(result, "result"), err: valueOf(result, "error"),
		activePaths: position, activeSteps: x.active.Clone(), suspended: x.suspended.Clone(),
		path: x.stepPath, requestContext: x.reqCtx, traceID: x.traceID,
	})
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
