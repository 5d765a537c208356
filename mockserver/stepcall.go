package mockserver

import (
	"context"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// StepCall is one execution of a step, or of a function that stands in a workflow:
// a mapping, a condition, the length of a sleep. Its Context ends when the run is
// cancelled.
type StepCall struct {
	context.Context
	// RunID and WorkflowID name the run. An element of a foreach over a workflow has
	// a run of its own.
	RunID, WorkflowID string
	// Attempt counts the executions of a step with retries from 0; it is -1 in
	// conditions and sleeps.
	Attempt int
	// Iteration counts, in the condition of a loop, the iterations that have ended.
	Iteration int

	execution  *execution
	node       *nodeDef // nil outside of steps
	input      any
	resumeData any
	suspended  *js.Object // what the step had told when it suspended
	update     any        // the state it has set, Undefined for none
}

// call makes a StepCall of the execution's run.
func (x *execution) call(input any) *StepCall {
	return &StepCall{Context: x.run.ctx, RunID: x.run.key.run, WorkflowID: x.workflow.id, Attempt: -1,
		execution: x, input: input, resumeData: js.Undefined, update: js.Undefined}
}

// Input decodes what the step, condition or mapping runs on into v.
func (s *StepCall) Input(v any) error { return js.Into(s.input, v) }

// InitData decodes the input of the workflow's run into v.
func (s *StepCall) InitData(v any) error { return js.Into(s.execution.value("input"), v) }

// StepResult decodes the output of a step of this workflow into v; it returns false
// where the step has not ended well, or its output does not fit.
func (s *StepCall) StepResult(id string, v any) bool {
	result := s.execution.result(id)
	return result.Str("status") == "success" && js.Into(result.Get("output"), v) == nil
}

// Suspend stops the run until the client resumes it: a step returns its result,
// return out, s.Suspend(payload). When it is resumed the function is called
// again and Resumed delivers the data. The run's record lists the labels.
func (s *StepCall) Suspend(payload any, labels ...string) error {
	v, err := js.From(payload)
	if err != nil {
		return err
	}
	return &suspension{payload: v, labels: labels}
}

// Resumed decodes the data the step was resumed with into v; it returns false
// when the step was not resumed.
func (s *StepCall) Resumed(v any) bool {
	return s.resumeData != nil && s.resumeData != js.Undefined && js.Into(s.resumeData, v) == nil
}

// SuspendData decodes what the step had told when it suspended into v; it returns
// false when the step was not resumed.
func (s *StepCall) SuspendData(v any) bool {
	return s.suspended != nil && js.Into(s.suspended, v) == nil
}

// Bail ends the workflow well with this step's result: a step returns it,
// return out, s.Bail(result). A nested workflow ends itself alone; beside other
// steps, it ends but the step.
func (s *StepCall) Bail(result any) error {
	v, err := js.From(result)
	if err != nil {
		return err
	}
	return &bailing{result: v}
}

// Abort cancels the run, and those that it is nested in.
func (s *StepCall) Abort() {
	for x := s.execution; x != nil; x = x.parent {
		x.run.cancel()
	}
}

// Sleep waits; it returns early when the run is cancelled.
func (s *StepCall) Sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.Done():
	}
}

// bailing is how a step says that the workflow ends with it.
type bailing struct{ result any }

func (*bailing) Error() string { return "bailed" }
