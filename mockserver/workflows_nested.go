package mockserver

import (
	"context"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// nested runs a workflow as a step of this one, with the same run id and a
// record of its own.
func (p *pendingStep) nested(s *StepCall) (any, error) {
	x, w := p.execution, p.node.nested
	inner := x.srv.createRun(w, p.nestedRunID(), x.run.resourceID)
	defer context.AfterFunc(x.run.ctx, inner.cancel)()
	child := &execution{
		srv: x.srv, parent: x, workflow: w, run: inner, results: js.Obj("input", p.input), stepPath: []any{},
		reqCtx: x.reqCtx, trace: runTrace{x.trace.traceID, newSpanID(), newSpanID()}, perStep: x.perStep, write: x.write,
		emit: inner.publish,
	}
	defer inner.watch(func(event *js.Object) {
		if inner.key.run != x.run.key.run {
			return // who watches a run sees events with its id alone
		}
		payload := event.Obj("payload")
		if id := payload.Str("id"); id != "" {
			event = event.Clone().Set("payload", payload.Clone().Set("id", w.id+"."+id))
		}
		x.emit(event)
	})()
	result, err := p.nestedResult(child)
	if err != nil {
		return nil, err
	}
	if err := s.SetState(child.state.get()); err != nil {
		return nil, err
	}
	status := result.Str("status")
	waits := &suspension{payload: nestedPayload(inner.key.run, child), labels: child.labels.Keys()}
	if status == "suspended" {
		return nil, waits
	}
	if waits.payload != nil { // the record keeps it of one that has failed, too
		p.waits(waits)
	}
	x.srv.runs.forget(inner)
	switch status {
	case "success":
		return valueOf(result, "result"), nil
	case "tripwire":
		return nil, &blocked{result.Obj("tripwire")}
	case "failed":
		return nil, &stepFailure{result.Obj("error")}
	}
	return js.Undefined, nil
}

// nestedResult executes a nested workflow: from where it was suspended or cut off,
// from where a travel leads, or from its beginning.
func (p *pendingStep) nestedResult(child *execution) (*js.Object, error) {
	x, w := p.execution, child.workflow
	switch {
	case !p.again && x.cutOff.Has(p.node.id) && !child.pending():
		if ended, err := x.restartInto(child); ended != nil || err != nil {
			return ended, err
		}
	case p.previous.Str("status") == "suspended" && p.resume != nil:
		rec, info, err := x.srv.prepareResume(child.run, &resumeRequest{steps: p.resume.steps[1:], data: p.resumeData, forEachIndex: p.resume.forEachIndex})
		if err != nil {
			return nil, err
		}
		child.resume, child.results, child.stepPath, child.state = info, rec.context.Clone(), rec.path, newSharedState(rec.state)
	default:
		parsed, issues := w.input.Parse(p.input)
		if len(issues) > 0 {
			return nil, invalidData("input data", issues)
		}
		child.results.Set("input", parsed)
		state, err := x.nestedState(w)
		if err != nil {
			return nil, err
		}
		if err := w.checkContext(x.context()); err != nil {
			return nil, err
		}
		child.state = state
		if !p.again {
			if err := x.travelInto(child); err != nil {
				return nil, err
			}
		}
	}
	return child.execute()
}

// pending tells whether the run has been made and has not begun.
func (x *execution) pending() bool {
	rec := x.srv.runs.get(x.run.key)
	return rec != nil && rec.status == "pending"
}

func (p *pendingStep) nestedRunID() string {
	if meta := p.previous.Obj("suspendPayload").Obj(workflowMeta); meta != nil && p.resume != nil {
		return meta.Str("runId")
	}
	if p.inForeach {
		return p.nestedRun
	}
	return p.execution.run.key.run
}

// nestedPayload is the suspend payload of the nested step that waits, with the
// way to it.
func nestedPayload(runID string, child *execution) (payload any) {
	for _, m := range child.results.Members() {
		result, ok := m.Value.(*js.Object)
		if !ok || m.Key == "input" || result.Str("status") != "suspended" {
			continue
		}
		inner := result.Obj("suspendPayload")
		meta := js.Obj().Merge(inner.Obj(workflowMeta))
		path := append([]any{m.Key}, meta.Arr("path")...)
		payload = js.Obj().Merge(inner).Set(workflowMeta, meta.Set("runId", runID).Set("path", path))
	}
	return payload
}
