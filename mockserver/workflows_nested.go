package mockserver

import (
	"context"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// nested runs a workflow as a step of this one, with the same run id and a
// record of its own.
func (p *pendingStep) nested() (any, error) {
	x, w := p.execution, p.node.nested
	inner := x.srv.createRun(w, p.nestedRunID(), x.run.resourceID)
	defer context.AfterFunc(x.run.ctx, inner.cancel)()
	child := &execution{
		srv: x.srv, workflow: w, run: inner, results: js.Obj("input", p.input), stepPath: []any{},
		reqCtx: x.reqCtx, traceID: x.traceID,
		emit: func(event *js.Object) {
			payload := event.Obj("payload")
			if id := payload.Str("id"); id != "" {
				event = event.Clone().Set("payload", payload.Clone().Set("id", w.id+"."+id))
			}
			x.emit(event)
		},
	}
	if p.previous.Str("status") == "suspended" && p.resume != nil {
		rec, info, err := x.srv.prepareResume(inner, &resumeRequest{steps: p.resume.steps[1:], data: p.resumeData, forEachIndex: p.resume.forEachIndex})
		if err != nil {
			return nil, err
		}
		child.resume, child.results, child.stepPath = info, rec.context.Clone(), rec.path
	} else {
		parsed, issues := w.input.Parse(p.input)
		if len(issues) > 0 {
			return nil, invalidData("input data", issues)
		}
		child.results.Set("input", parsed)
		if err := x.travelInto(child); err != nil {
			return nil, err
		}
	}
	result := child.execute()
	switch result.Str("status") {
	case "success":
		x.srv.runs.forget(inner)
		return valueOf(result, "result"), nil
	case "suspended":
		return nil, &suspension{payload: nestedPayload(inner.key.run, child)}
	case "failed":
		x.srv.runs.forget(inner)
		return nil, &stepFailure{result.Obj("error")}
	}
	x.srv.runs.forget(inner)
	return js.Undefined, nil
}

func (p *pendingStep) nestedRunID() string {
	if meta := p.previous.Obj("suspendPayload").Obj(workflowMeta); meta != nil && p.resume != nil {
		return meta.Str("runId")
	}
	if p.inForeach {
		return newID()
	}
	return p.execution.run.key.run
}

// nestedPayload is the suspend payload of the nested step that waits, with the
// way to it.
func nestedPayload(runID string, child *execution) any {
	var payload *js.Object
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
