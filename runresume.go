package mastra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/stream"
)

var (
	opRunResumeStream   = post("WorkflowResumeStream", "/workflows/{workflowId}/resume-stream").records(stream.EndWorkflow)
	opRunResumeDetached = post("WorkflowResume", "/workflows/{workflowId}/resume")
)

// ResumeRequest answers a suspended run.
type ResumeRequest struct {
	// Suspension is the one to answer, as [RunState.Suspensions] gave it, perhaps
	// in another process. One that has been answered since gives [ErrNotSuspended].
	Suspension *Suspension
	// Step names the suspended step where there is no Suspension: "approve", or
	// "outer.approve" inside a nested workflow. It may be empty where only one
	// step is suspended.
	Step string
	// ForEachIndex picks the item of a foreach step; nil takes the suspended one.
	ForEachIndex *int
	// Data is encoded as JSON and must fit the step's resume schema.
	Data any
	// PerStep pauses the run after the step that is resumed.
	PerStep bool
	Tracing *TracingOptions
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any
	// Extra holds members of the body that this struct does not model.
	Extra map[string]any
}

// resumeBody is what the server reads.
type resumeBody struct {
	Step         []string        `json:"step"`
	Data         any             `json:"resumeData,omitempty"`
	ForEachIndex *int            `json:"forEachIndex,omitempty"`
	PerStep      bool            `json:"perStep,omitzero"`
	Tracing      *TracingOptions `json:"tracingOptions,omitempty"`
}

// Resume answers the suspended run and waits until it has ended or is suspended
// again.
//
// The answer is given once. The run is read first, to know which suspension is
// answered; when the server's reply is lost, it is read again: a run that has
// moved on is waited for, one that still stands where it stood is asked again.
// Where a repetition could answer a later suspension of the same step, Resume
// gives up with [ErrOutcomeUnknown] instead.
//
// A run that is not suspended matches [ErrNotSuspended], one that is not there
// [ErrNotFound]; data that does not fit the schema [ErrInvalidInput], and the
// suspension stays (inside a nested workflow the server fails the run instead).
// Several suspended steps and none named match [ErrInvalidInput]. When ctx ends, the call
// returns and the run goes on.
//
// GET /workflows/{workflowId}/runs/{runId}, POST /workflows/{workflowId}/resume-stream.
func (r *Run) Resume(ctx context.Context, req ResumeRequest, opts ...Option) (*RunState, error) {
	loop, err := newOnce(r, opRunResumeStream, opts)
	if err != nil {
		return nil, err
	}
	at, before, err := r.suspension(ctx, req, opts)
	if err != nil {
		return nil, err
	}
	for {
		s, err := r.openResume(ctx, at, req, single(opts), loop.broken(opts))
		opened := err == nil
		if opened {
			var state *RunState
			if state, err = s.Result(); err == nil {
				return state, nil
			}
		}
		if loop.lost && errors.Is(err, ErrNotSuspended) { // by the attempt whose answer was lost
			return loop.found(r.Wait(ctx, opts...))
		}
		if err := loop.again(ctx, err, opened); err != nil {
			return nil, err
		}
		if !loop.lost {
			continue
		}
		now, err := r.Get(ctx, opts...)
		if err != nil {
			return nil, loop.unknown(err)
		}
		if !slices.ContainsFunc(now.Suspensions(), at.same) {
			return loop.found(r.Wait(ctx, opts...))
		}
		if before.suspendsAgain(at) {
			return nil, loop.unknown(fmt.Errorf("mastra: step %s may suspend again, so its resume is not repeated", strings.Join(at.Step, ".")))
		}
	}
}

// ResumeStream answers the suspended run and streams what happens from there.
// It blocks until the first record is on its way. It is sent once: an answer that
// is lost before the first byte gives [ErrOutcomeUnknown]. Afterwards a stream that
// breaks is taken up again, as that of [Run.Stream].
//
// GET /workflows/{workflowId}/runs/{runId}, POST /workflows/{workflowId}/resume-stream.
func (r *Run) ResumeStream(ctx context.Context, req ResumeRequest, opts ...Option) (*RunStream, error) {
	at, _, err := r.suspension(ctx, req, opts)
	if err != nil {
		return nil, err
	}
	return r.openResume(ctx, at, req, opts, opts)
}

// ResumeDetached answers the suspended run and returns at once. The server looks
// at the data only afterwards: data that does not fit leaves the run suspended.
//
// GET /workflows/{workflowId}/runs/{runId}, POST /workflows/{workflowId}/resume.
func (r *Run) ResumeDetached(ctx context.Context, req ResumeRequest, opts ...Option) error {
	at, _, err := r.suspension(ctx, req, opts)
	if err != nil {
		return err
	}
	return r.c.call(ctx, r.resumeRequest(opRunResumeDetached, at, req, opts), nil)
}

func (r *Run) openResume(ctx context.Context, at Suspension, req ResumeRequest, opts, others []Option) (*RunStream, error) {
	return r.open(ctx, r.resumeRequest(opRunResumeStream, at, req, opts), others)
}

func (r *Run) resumeRequest(op operation, at Suspension, req ResumeRequest, opts []Option) request {
	body := resumeBody{Step: at.Step, Data: req.Data, ForEachIndex: at.ForEachIndex, PerStep: req.PerStep, Tracing: req.Tracing}
	return r.post(op, body, req.RequestContext, req.Extra, opts)
}

// suspension reads the run and finds what the request answers.
func (r *Run) suspension(ctx context.Context, req ResumeRequest, opts []Option) (Suspension, *RunState, error) {
	if err := r.check(); err != nil {
		return Suspension{}, nil, err
	}
	state, err := r.Get(ctx, opts...)
	if err != nil {
		return Suspension{}, nil, err
	}
	at, refusal, kind := state.pick(req)
	if kind != nil {
		return Suspension{}, nil, r.refused(opRunResumeStream, refusal, kind)
	}
	return at, state, nil
}

// pick finds the suspension that a request means. Where there is none it says
// why, and of which kind the error is.
func (s *RunState) pick(req ResumeRequest) (at Suspension, refusal string, kind error) {
	all := s.Suspensions()
	if req.ForEachIndex != nil && *req.ForEachIndex < 0 {
		return at, "ForEachIndex is negative", ErrInvalidInput
	}
	if s.Status != RunSuspended {
		return at, "the run is not suspended, it is " + string(s.Status), ErrNotSuspended
	}
	if want := req.Suspension; want != nil {
		if want.RunID != "" && want.RunID != s.RunID {
			return at, "that suspension is of run " + want.RunID, ErrNotSuspended
		}
		for _, at := range all {
			if want.same(at) {
				return at, "", nil
			}
		}
		return at, "that suspension of " + strings.Join(want.Step, ".") + " has been answered; " + waiting(all), ErrNotSuspended
	}
	if req.Step == "" && len(all) > 1 {
		return at, "the request names no step; " + waiting(all), ErrInvalidInput
	}
	for _, at := range all {
		if name := strings.Join(at.Step, "."); req.Step == "" || name == req.Step || at.Step[0] == req.Step {
			if req.ForEachIndex != nil {
				at.ForEachIndex = req.ForEachIndex
			}
			return at, "", nil
		}
	}
	return at, fmt.Sprintf("step %q is not suspended; %s", req.Step, waiting(all)), ErrNotSuspended
}

func waiting(all []Suspension) string {
	names := make([]string, len(all))
	for i, at := range all {
		names[i] = strings.Join(at.Step, ".")
	}
	return "the run waits at " + strings.Join(names, ", ")
}

// same tells whether two suspensions are one: same step, item and moment. A
// moment that is not known, on either side, does not count.
func (a Suspension) same(b Suspension) bool {
	sameIndex := a.ForEachIndex == nil || b.ForEachIndex == nil || *a.ForEachIndex == *b.ForEachIndex
	sameTime := a.SuspendedAt.IsZero() || b.SuspendedAt.IsZero() || a.SuspendedAt.Equal(b.SuspendedAt.Time)
	return slices.Equal(a.Step, b.Step) && sameIndex && sameTime
}

// suspendsAgain: the step may be found suspended anew after it was resumed, and
// nothing tells the server which time a resume was meant for. A foreach item is
// told by its index; otherwise a step that has been resumed before, or stands in
// a loop, is such a step.
func (s *RunState) suspendsAgain(at Suspension) bool {
	if at.ForEachIndex != nil {
		return false
	}
	for i := range at.Step {
		if !s.Steps[strings.Join(at.Step[:i+1], ".")].ResumedAt.IsZero() {
			return true
		}
	}
	return inLoop(s.Graph, at.Step)
}

// inLoop looks for a loop in a step graph, and in the nested ones, that holds the
// step.
func inLoop(graph json.RawMessage, step []string) bool {
	var entries []struct {
		Type  string            `json:"type"`
		ID    string            `json:"id"`
		Step  json.RawMessage   `json:"step"`
		Steps []json.RawMessage `json:"steps"`
		Inner json.RawMessage   `json:"serializedStepFlow"`
	}
	if json.Unmarshal(graph, &entries) != nil {
		return len(graph) > 0 // not understood: take no risk
	}
	for _, e := range entries {
		if e.Type == "loop" && strings.Contains(string(e.Step), `"`+step[0]+`"`) {
			return true
		}
		for _, branch := range e.Steps {
			if inLoop(json.RawMessage("["+string(branch)+"]"), step) {
				return true
			}
		}
		if e.ID == step[0] && len(step) > 1 && len(e.Inner) > 0 && inLoop(e.Inner, step[1:]) {
			return true
		}
	}
	return false
}

// refused is the error of a run that was not started or resumed: nothing happened.
// It has no attempts where the client itself refused.
func (r *Run) refused(op operation, message string, kind error) *Error {
	e := &Error{Method: op.method, Path: r.path(op), Message: clip(message, maxErrorText)}
	e.mark(kind)
	return e
}

// unknown is the error of a call that gives up not knowing what became of it.
func (o *once) unknown(cause error) error {
	e := &Error{Method: o.op.method, Path: o.path, Message: clip(cause.Error(), maxErrorText), Attempts: o.attempts, cause: cause}
	e.mark(ErrOutcomeUnknown)
	return e
}
