package mockserver

import (
	"errors"
	"strconv"
	"strings"
	"time"

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
	// their own; index is which one it is.
	inForeach bool
	index     int
	// iteration counts the executions in a loop from 1, 0 outside of loops; again
	// marks those after the first, which know nothing of a travel.
	iteration int
	again     bool
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
	unfit      error  // what the step complains of in the request context
	update     any    // the state it has set, Undefined for none
	nestedRun  string // the run of a nested workflow in a foreach
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
	p := &pendingStep{stepRun: r, execution: x, callID: newID(), previous: x.result(r.node.id), resumeData: js.Undefined, update: js.Undefined}
	p.input, p.issues = stepInput(r.node, r.input)
	p.unfit = p.contextMisfit()
	if r.inForeach && r.node.nested != nil {
		p.nestedRun = newID()
	}
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
	if r.iteration > 0 {
		p.info.Set("metadata", js.Obj("iterationCount", r.iteration))
	}
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
	if p.nestedRun != "" {
		result.Set("metadata", js.Obj(nestedRunKey, p.nestedRun))
	}
	x.set(p.node.id, result)
	if err := x.state.assign(p.update); err != nil {
		return x.throw(err)
	}
	return result
}

// nestedRunKey is the member of a step's metadata that names its nested run.
const nestedRunKey = "nestedRunId"

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
		return failedStep(misfit("input", p.issues, issuesCause(p.issues)))
	}
	if p.unfit != nil {
		return failedStep(p.unfit)
	}
	var err error
	retries, pause := p.execution.retries(p.node)
	for attempt := 0; attempt <= retries; attempt++ {
		if attempt > 0 {
			time.Sleep(pause)
		}
		s := p.call(attempt)
		var out any
		if p.node.nested != nil {
			out, err = p.nested(s)
		} else {
			out, err = p.node.call(s, p.input)
		}
		var waits *suspension
		var bails *bailing
		switch {
		case errors.As(err, &waits):
			done := p.suspend(waits)
			if done.Str("status") == "suspended" {
				p.update = s.update
			}
			return done
		case errors.As(err, &bails):
			p.update = s.update
			return js.Obj("status", "bailed", "output", bails.result, "endedAt", nowMillis())
		case err == nil && p.node.nested != nil && p.execution.perStep:
			p.update = s.update
			return js.Obj("status", "paused")
		case err == nil:
			p.update = s.update
			return js.Obj("status", "success", "output", out, "endedAt", nowMillis())
		}
	}
	return failedStep(err)
}

// retries is how often a step is tried again, and the pause before.
func (x *execution) retries(n *nodeDef) (retries int, pause time.Duration) {
	if x.resume == nil {
		retries, pause = x.workflow.retries, x.workflow.retryDelay
	}
	if n.retries != nil {
		retries = *n.retries
	}
	return retries, pause
}

// call is what the step's function is told.
func (p *pendingStep) call(attempt int) *StepCall {
	s := p.execution.call(p.input)
	s.Attempt, s.node, s.resumeData = attempt, p.node, p.resumeData
	if p.nestedRun != "" {
		s.RunID = p.nestedRun
	}
	if p.previous.Str("status") == "suspended" {
		told := p.previous.Obj("suspendPayload")
		if elements := told.Obj(workflowMeta).Arr("foreachOutput"); p.inForeach && p.index < len(elements) {
			if element, _ := elements[p.index].(*js.Object); element.Str("status") == "suspended" && element.Obj("suspendPayload") != nil {
				told = element.Obj("suspendPayload")
			}
		}
		s.suspended = userPayload(told)
	}
	return s
}

func failedStep(err error) *js.Object {
	done := js.Obj("status", "failed", "error", errorValue(err), "endedAt", nowMillis())
	var stopped *blocked
	if errors.As(err, &stopped) {
		done.Set("tripwire", stopped.told())
	}
	return done
}

// call runs a step's function; a panic fails the step.
func (n *nodeDef) call(s *StepCall, input any) (out any, err error) {
	if broken := guard(func() { out, err = n.run(s, input) }); broken != nil {
		return nil, broken
	}
	return out, err
}

func (p *pendingStep) suspend(waits *suspension) *js.Object {
	payload := waits.payload
	if !truthy(payload) {
		payload = js.Undefined
	}
	if p.node.suspend != nil && truthy(payload) {
		parsed, issues := p.node.suspend.Parse(payload)
		if len(issues) > 0 {
			return failedStep(misfit("suspend data", issues, js.Undefined))
		}
		payload = parsed
	}
	p.waits(waits)
	return js.Obj("status", "suspended", "suspendPayload", payload, "suspendedAt", nowMillis())
}

// waits enters where the run waits.
func (p *pendingStep) waits(at *suspension) {
	x := p.execution
	x.mu.Lock()
	defer x.mu.Unlock()
	x.suspended.Set(p.node.id, positionValue(p.position))
	for _, label := range at.labels {
		x.labels.Set(label, js.Obj("stepId", p.node.id, "foreachIndex", js.When(p.inForeach, p.index)))
	}
}

// errorValue is an error as the server serialises it, without its stack.
func errorValue(err error) *js.Object {
	var failed *stepFailure
	if errors.As(err, &failed) {
		return failed.value
	}
	var stopped *blocked
	if errors.As(err, &stopped) {
		return stopped.value()
	}
	var refused *workflowError
	if errors.As(err, &refused) && refused.body.Has("code") {
		return refused.body
	}
	return js.Obj("message", err.Error(), "name", "Error")
}

// stepFailure is an error that has its JSON already: that of a nested run, or of
// data that does not fit.
type stepFailure struct{ value *js.Object }

// misfit is the error of a step whose data does not fit its schema.
func misfit(what string, issues []zod.Issue, cause any) error {
	code := strings.ToUpper(strings.ReplaceAll(what, " ", "_"))
	return stepError(code, "Step "+what+" validation failed: \n"+zod.Lines(issues), cause)
}

func stepError(what, message string, cause any) error {
	return &stepFailure{js.Obj("message", message, "domain", "MASTRA_WORKFLOW", "category", "USER",
		"code", "WORKFLOW_STEP_"+what+"_VALIDATION_FAILED", "details", js.Obj(), "cause", cause)}
}

func issuesCause(issues []zod.Issue) *js.Object {
	list := make([]any, len(issues))
	for i, issue := range issues {
		path := make([]any, len(issue.Path))
		for k, key := range issue.Path {
			path[k] = key
			if index, err := strconv.Atoi(key); err == nil {
				path[k] = index
			}
		}
		list[i] = js.Obj("path", path, "message", issue.Message)
	}
	return js.Obj("message", js.String(js.Obj("issues", list)), "name", "Error", "issues", list)
}

func (e *stepFailure) Error() string { return e.value.Str("message") }
