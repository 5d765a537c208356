package mockserver

import (
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// runState is a run as GET answers it; fields, if any, are the only ones that
// are wanted besides the run's metadata.
func (s *Server) runState(w *Workflow, rec *runRecord, fields []string, nested bool) *js.Object {
	all := len(fields) == 0
	wants := func(name string) bool { return all || slices.Contains(fields, name) }
	steps := js.Obj()
	if wants("steps") {
		steps = s.runSteps(w, rec, nested)
	}
	o := js.Obj("runId", rec.key.run, "workflowName", w.id, "resourceId", rec.resourceID,
		"createdAt", js.ISO(rec.created), "updatedAt", js.ISO(rec.updated), "status", rec.status,
		"result", js.When(wants("result"), rec.result),
		"error", js.When(wants("error"), rec.err),
		"payload", js.When(wants("payload"), valueOf(rec.context, "input")),
		"steps", js.When(wants("steps"), steps),
		"activeStepsPath", js.When(wants("activeStepsPath"), rec.activeSteps),
		"serializedStepGraph", js.When(wants("serializedStepGraph"), w.graph()))
	if all {
		o.Set("suspendedPaths", rec.suspended).Set("resumeLabels", js.Obj()).Set("waitingPaths", js.Obj())
	}
	return o
}

// runSteps are the step results of a run, with those of nested runs under dotted
// names.
func (s *Server) runSteps(w *Workflow, rec *runRecord, nested bool) *js.Object {
	out := js.Obj()
	for _, m := range rec.context.Members() {
		if m.Key == "input" {
			continue
		}
		out.Set(m.Key, m.Value)
		n := w.stepByID(m.Key)
		result, ok := m.Value.(*js.Object)
		if !nested || n == nil || n.nested == nil || !ok {
			continue
		}
		inner := s.runs.get(runKey{n.nested.id, rec.key.run})
		if inner == nil {
			continue
		}
		waits := false
		for _, im := range s.runSteps(n.nested, inner, true).Members() {
			out.Set(m.Key+"."+im.Key, im.Value)
			if r, ok := im.Value.(*js.Object); ok && r.Str("status") == "suspended" {
				waits = true
			}
		}
		if waits && result.Str("status") == "suspended" {
			out.Set(m.Key, result.Clone().Set("status", "running"))
		}
	}
	return out
}

// snapshot is a run's stored state as the list of runs shows it.
func (r *runRecord) snapshot(w *Workflow) *js.Object {
	o := js.Obj("runId", r.key.run, "status", r.status, "value", js.Obj(), "context", r.context, "activePaths", r.activePaths)
	if r.path != nil {
		o.Set("stepExecutionPath", r.path)
	}
	o.Set("activeStepsPath", r.activeSteps).Set("serializedStepGraph", w.graph()).Set("suspendedPaths", r.suspended)
	if r.path == nil {
		o.Set("resumeLabels", js.Obj()).Set("waitingPaths", js.Obj())
	} else {
		o.Set("waitingPaths", js.Obj()).Set("resumeLabels", js.Obj())
	}
	o.Set("result", r.result).Set("error", r.err)
	if r.requestContext != nil {
		o.Set("requestContext", r.requestContext)
	}
	return o.Set("timestamp", float64(r.updated.UnixMilli()))
}
