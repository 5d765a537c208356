package mockserver

import (
	"encoding/json"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// runContext is the request context of a run, which its nested runs share.
func runContext(values *js.Object) *sharedState { return newSharedState(js.Obj().Merge(values)) }

// context is the request context as it is now.
func (x *execution) context() *js.Object {
	values, _ := x.reqCtx.get().(*js.Object)
	return values
}

// RequestContext returns one value of the request context as JSON, nil when it is
// absent.
func (s *StepCall) RequestContext(key string) json.RawMessage {
	return memberOf(s.execution.context(), key)
}

// SetRequestContext sets one value of the request context, for everything that runs
// from now on, and in the run's record.
func (s *StepCall) SetRequestContext(key string, v any) error {
	value, err := js.From(v)
	if err != nil {
		return err
	}
	return s.execution.reqCtx.assign(js.Obj(key, value))
}

// checkContext validates the request context of a start.
func (w *Workflow) checkContext(values *js.Object) error {
	if w.context == nil {
		return nil
	}
	if _, issues := w.context.Parse(js.Obj().Merge(values)); len(issues) > 0 {
		return said("Request context validation failed for workflow '%s': \n%s", w.id, zod.Lines(issues))
	}
	return nil
}

// contextMisfit is the error of a step whose request context does not fit, nil where
// it does.
func (p *pendingStep) contextMisfit() error {
	if p.node.context == nil {
		return nil
	}
	_, issues := p.node.context.Parse(p.execution.context())
	if len(issues) == 0 {
		return nil
	}
	return stepError("REQUEST_CONTEXT", "Step request context validation failed for step '"+p.node.id+"': \n"+zod.Lines(issues), js.Undefined)
}
