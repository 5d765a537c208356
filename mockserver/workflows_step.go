package mockserver

import (
	"errors"
	"fmt"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// stepRun says which step to run, and how.
type stepRun struct {
	node     *nodeDef
	input    any
	position []int
	resume   *resumeInfo
	// inForeach marks the elements of a foreach, which publish no events of
	// their own.
	inForeach bool
}

// pendingStep is a step that has been announced and not been run yet.
type pendingStep struct {
	stepRun
	execution  *execution
	callID     string
	resumeData any
	previous   *js.Object
	info       *js.Object
	issues     []zod.Issue
}

// withoutCompletion is a step result without what describes how it ended.
func withoutCompletion(o *js.Object) *js.Object {
	if o == nil {
		return js.Obj()
	}
	return o.Without("output", "error", "endedAt", "suspendedAt", "suspendPayload", "suspendOutput", "tripwire", "nonRetryable")
}

// step runs a step, stores its result and returns it.
func (x *execution) step(r stepRun) outcome { return x.begin(r).finish() }

// begin announces a step and stores that it runs.
func (x *execution) begin(r stepRun) *pendingStep {
	p := &pendingStep{stepRun: r, execution: x, callID: newID(), previous: x.result(r.node.id)}
	p.input, p.issues = stepInput(r.node, r.input)
	if r.resume.first() == r.node.id {
		p.resumeData = r.resume.payload
	} else if data := x.travelAnswer(r.node, p.previous); data != js.Undefined {
		p.resumeData = data
	}
	p.info = withoutCompletion(p.previous)
	if truthy(p.resumeData) {
		p.info.Set("resumePayload", p.resumeData).Set("resumedAt", nowMillis())
	} else {
		p.info.Set("payload", p.input).Set("startedAt", nowMillis())
	}
	p.info.Set("status", "running")
	x.mu.Lock()
	x.active.Set(r.node.id, positionValue(r.position))
	x.mu.Unlock()
	p.publish("workflow-step-start", p.info)
	x.persistStep(r.node.id, p.info)
	return p
}

func (p *pendingStep) publish(kind string, state *js.Object) {
	if p.inForeach {
		return
	}
	p.execution.emit(js.Obj("type", kind, "payload", js.Obj("id", p.node.id, "stepCallId", p.callID).Merge(state)))
}

// finish runs the step's function and publishes and stores the result.
func (p *pendingStep) finish() outcome {
	x := p.execution
	done := p.attempts()
	x.mu.Lock()
	x.active.Delete(p.node.id)
	x.mu.Unlock()
	result := p.info.Clone().Merge(done)
	if done.Str("status") == "suspended" {
		p.publish("workflow-step-suspended", result)
	} else {
		p.publish("workflow-step-result", result)
	}
	x.set(p.node.id, result)
	return result
}

func positionValue(position []int) []any {
	out := make([]any, len(position))
	for i, p := range position {
		out[i] = p
	}
	return out
}

// truthy is JavaScript's truth.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	}
	return v != js.Undefined
}

// stepInput validates a step's input; an object that comes out empty is left as
// it was.
func stepInput(n *nodeDef, input any) (any, []zod.Issue) {
	parsed, issues := n.input.Parse(input)
	if len(issues) > 0 {
		return input, issues
	}
	if o, ok := parsed.(*js.Object); ok && o.Len() == 0 {
		return input, nil
	}
	return parsed, nil
}

// attempts runs the step's function, again where it fails and retries are left,
// and returns how it ended.
func (p *pendingStep) attempts() *js.Object {
	if len(p.issues) > 0 {
		return failedStep(fmt.Errorf("Step input validation failed: \n%s", zod.Lines(p.issues)))
	}
	var err error
	for attempt := 0; attempt <= p.node.retries; attempt++ {
		var out any
		if p.node.nested != nil {
			out, err = p.nested()
		} else {
			run := p.execution.run
			out, err = p.node.call(&StepCall{Context: run.ctx, RunID: run.key.run, Attempt: attempt, resumeData: p.resumeData}, p.input)
		}
		var waits *suspension
		if errors.As(err, &waits) {
			return p.suspend(waits)
		}
		if err == nil {
			return js.Obj("status", "success", "output", out, "endedAt", nowMillis())
		}
	}
	return failedStep(err)
}

func failedStep(err error) *js.Object {
	return js.Obj("status", "failed", "error", errorValue(err), "endedAt", nowMillis())
}

// call runs a step's function; a panic fails the step.
func (n *nodeDef) call(s *StepCall, input any) (out any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	return n.run(s, input)
}

func (p *pendingStep) suspend(waits *suspension) *js.Object {
	payload := waits.payload
	if p.node.suspend != nil && truthy(payload) {
		parsed, issues := p.node.suspend.Parse(payload)
		if len(issues) > 0 {
			return failedStep(fmt.Errorf("Step suspend data validation failed: \n%s", zod.Lines(issues)))
		}
		payload = parsed
	}
	x := p.execution
	x.mu.Lock()
	x.suspended.Set(p.node.id, positionValue(p.position))
	x.mu.Unlock()
	return js.Obj("status", "suspended", "suspendPayload", payload, "suspendedAt", nowMillis())
}

// errorValue is an error as the server serialises it, without its stack.
func errorValue(err error) *js.Object {
	var failed *stepFailure
	if errors.As(err, &failed) {
		return failed.value
	}
	var refused *workflowError
	if errors.As(err, &refused) && refused.body.Has("code") {
		return refused.body
	}
	return js.Obj("message", err.Error(), "name", "Error")
}

// stepFailure carries the error of a nested run.
type stepFailure struct{ value *js.Object }

func (e *stepFailure) Error() string { return e.value.Str("message") }
