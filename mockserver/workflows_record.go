package mockserver

import (
	"fmt"
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
		for _, m := range s.runSteps(w, rec, nested).Members() {
			if result, ok := m.Value.(*js.Object); ok {
				steps.Set(m.Key, cleaned(result))
			}
		}
	}
	o := js.Obj("runId", rec.key.run, "workflowName", w.id, "resourceId", rec.resourceID,
		"createdAt", js.ISO(rec.created), "updatedAt", js.ISO(rec.updated), "status", rec.status, "initialState", stateShown(rec.state),
		"result", js.When(wants("result"), rec.result),
		"error", js.When(wants("error"), rec.err),
		"payload", js.When(wants("payload"), valueOf(rec.context, "input")),
		"steps", js.When(wants("steps"), steps),
		"activeStepsPath", js.When(wants("activeStepsPath"), rec.activeSteps),
		"serializedStepGraph", js.When(wants("serializedStepGraph"), w.graph()))
	if all {
		o.Set("suspendedPaths", rec.suspended).Set("resumeLabels", rec.labels).Set("waitingPaths", js.Obj())
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
		waits := false
		for _, at := range nestedRuns(m.Key, rec.key.run, result) {
			inner := s.runs.get(runKey{n.nested.id, at.run})
			if inner == nil {
				continue
			}
			for _, im := range s.runSteps(n.nested, inner, true).Members() {
				out.Set(at.prefix+"."+im.Key, im.Value)
				if r, ok := im.Value.(*js.Object); ok && r.Str("status") == "suspended" {
					waits = true
				}
			}
		}
		if waits && result.Str("status") == "suspended" {
			out.Set(m.Key, result.Clone().Set("status", "running"))
		}
	}
	return out
}

// nestedAt is a nested run and the name under which its steps stand.
type nestedAt struct{ prefix, run string }

// nestedRuns are the runs of a step that is a workflow: the one that has the run's
// own id, or in a foreach one for each element.
func nestedRuns(step, run string, result *js.Object) []nestedAt {
	elements, several := result.Obj("metadata").Get(nestedRunKey).([]any)
	if !several {
		if own := result.Obj("metadata").Str(nestedRunKey); own != "" {
			run = own // of the element that has ended the foreach
		}
		return []nestedAt{{step, run}}
	}
	var list []nestedAt
	for i, v := range elements {
		if id, ok := v.(string); ok {
			list = append(list, nestedAt{fmt.Sprintf("%s[%d]", step, i), id})
		}
	}
	return list
}

// cleaned is a step result without the engine's own members. It drops them from the
// elements of a list too, because those may be results.
func cleaned(result *js.Object) *js.Object {
	result = withoutNestedRun(result.Without("__state", "__stateDelta"))
	list, ok := result.Get("output").([]any)
	if !ok {
		return result
	}
	elements := make([]any, len(list))
	for i, v := range list {
		if o, ok := v.(*js.Object); ok {
			v = withoutNestedRun(o.Without("__state", "__stateDelta"))
		}
		elements[i] = v
	}
	return result.Clone().Set("output", elements)
}

// snapshot is a run's stored state as the list of runs shows it.
func (r *runRecord) snapshot(w *Workflow) *js.Object {
	o := js.Obj("runId", r.key.run, "status", r.status, "value", r.state, "context", r.context, "activePaths", r.activePaths)
	if r.path != nil {
		o.Set("stepExecutionPath", r.path)
	}
	o.Set("activeStepsPath", r.activeSteps).Set("serializedStepGraph", w.graph()).Set("suspendedPaths", r.suspended)
	if r.path == nil {
		o.Set("resumeLabels", r.labels).Set("waitingPaths", js.Obj())
	} else {
		o.Set("waitingPaths", js.Obj()).Set("resumeLabels", r.labels)
	}
	o.Set("result", r.result).Set("error", r.err)
	if r.requestContext != nil {
		o.Set("requestContext", r.requestContext)
	}
	o.Set("timestamp", float64(r.updated.UnixMilli()))
	if r.tracing != nil {
		o.Set("tracingContext", r.tracing)
	}
	return o
}
