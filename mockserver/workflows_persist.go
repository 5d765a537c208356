package mockserver

import "github.com/mastra-go/mastra/mockserver/internal/js"

// persistStep stores that a step runs.
func (x *execution) persistStep(id string, info *js.Object) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.store("running", x.results.Clone().Set(id, info), nil, nil)
	x.run.begin()
}

// persist stores the run's state. tracing is where a later resume finds the trace;
// nil where the record has no place for it.
func (x *execution) persist(status string, result, tracing *js.Object) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.store(status, x.results.Clone(), result, tracing)
}

// store writes the record. While a resumed run goes on its record keeps the
// state of the suspension, and one that goes on from a pause that of the pause.
func (x *execution) store(status string, results, result, tracing *js.Object) {
	if !x.srv.runs.turn(x.run.key, status) {
		return
	}
	position := make([]any, len(x.position))
	for i, p := range x.position {
		position[i] = p
	}
	x.srv.runs.store(runRecord{
		key: x.run.key, resourceID: x.run.resourceID, status: status, state: x.state.get(),
		context: results, result: valueOf(result, "result"), err: valueOf(result, "error"),
		activePaths: position, activeSteps: x.active.Clone(), suspended: x.suspended.Clone(), labels: x.labels.Clone(),
		path: x.stepPath, requestContext: x.context(), traceID: x.trace.traceID, tracing: tracing,
	})
}

// turn tells whether a status is to be stored, and keeps it. What a run had last is
// the process's own knowledge: it does not survive it.
func (r *workflowRuns) turn(key runKey, status string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := r.last[key]; status == "running" && (last == "suspended" || last == "paused") {
		return false
	}
	r.last[key] = status
	return true
}

// forgetStatus makes the next status of a run its first.
func (r *workflowRuns) forgetStatus(key runKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.last, key)
}
