package mastra

import (
	"context"
	"errors"
	"net/http"

	"github.com/mastra-go/mastra/stream"
)

var (
	opRunDelete             = operation{id: "WorkflowDeleteRun", method: http.MethodDelete, path: "/workflows/{workflowId}/runs/{runId}", safe: true}
	opRunTimeTravel         = post("WorkflowTimeTravelAsync", "/workflows/{workflowId}/time-travel-async")
	opRunTimeTravelDetached = post("WorkflowTimeTravel", "/workflows/{workflowId}/time-travel")
	opRunTimeTravelStream   = post("WorkflowTimeTravelStream", "/workflows/{workflowId}/time-travel-stream").records(stream.EndWorkflow)
	opRunRestart            = post("WorkflowRestartAsync", "/workflows/{workflowId}/restart-async")
	opRunRestartDetached    = post("WorkflowRestart", "/workflows/{workflowId}/restart")
	opRunStartAsync         = post("WorkflowStartAsync", "/workflows/{workflowId}/start-async")
	opRunResumeAsync        = post("WorkflowResumeAsync", "/workflows/{workflowId}/resume-async")
	opRunResumeNoWait       = post("WorkflowResumeNoWait", "/workflows/{workflowId}/resume-no-wait")
)

// Delete removes the run's record. It does not stop a run in progress. A run that
// is not there matches [ErrNotFound].
//
// DELETE /workflows/{workflowId}/runs/{runId}. Safe to repeat, and repeated.
func (r *Run) Delete(ctx context.Context, opts ...Option) error {
	return r.c.call(ctx, request{op: opRunDelete, ids: r.ids(), opts: opts}, nil)
}

// TimeTravelRequest runs a run again from one of its steps on.
type TimeTravelRequest struct {
	// Step is where to begin: the path of step ids, several for a nested workflow.
	Step []string `json:"step"`
	// Input of the step; what it had before where it is nil.
	Input any `json:"inputData,omitempty"`
	// ResumeData for a step that was suspended.
	ResumeData any `json:"resumeData,omitempty"`
	// State is the shared state to begin with.
	State any `json:"initialState,omitempty"`
	// Context holds results of the steps before, by step id, and NestedContext
	// those of nested workflows, by path.
	Context       map[string]any            `json:"context,omitempty"`
	NestedContext map[string]map[string]any `json:"nestedStepsContext,omitempty"`
	// PerStep pauses the run after each step.
	PerStep bool            `json:"perStep,omitzero"`
	Tracing *TracingOptions `json:"tracingOptions,omitempty"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
	// Extra holds members of the body that this struct does not model.
	Extra map[string]any `json:"-"`
}

// TimeTravel runs the run again from a step on and waits until it has ended or is
// suspended. It changes the run's record, a finished run's too. The server gives
// up waiting after its own limit, 180 s if not configured otherwise
// ([ErrTimeout]; the run goes on). An unknown step matches [ErrServer].
//
// POST /workflows/{workflowId}/time-travel-async. Never repeated once it was sent.
func (r *Run) TimeTravel(ctx context.Context, req TimeTravelRequest, opts ...Option) (*RunState, error) {
	q, err := r.timeTravel(opRunTimeTravel, req, opts)
	if err != nil {
		return nil, err
	}
	return r.state(ctx, q)
}

// TimeTravelDetached is TimeTravel, and returns at once.
//
// POST /workflows/{workflowId}/time-travel. Never repeated once it was sent.
func (r *Run) TimeTravelDetached(ctx context.Context, req TimeTravelRequest, opts ...Option) error {
	q, err := r.timeTravel(opRunTimeTravelDetached, req, opts)
	if err != nil {
		return err
	}
	return r.c.call(ctx, q, nil)
}

// TimeTravelStream is TimeTravel, and streams what happens.
//
// POST /workflows/{workflowId}/time-travel-stream. Never repeated once it was sent.
func (r *Run) TimeTravelStream(ctx context.Context, req TimeTravelRequest, opts ...Option) (*RunStream, error) {
	q, err := r.timeTravel(opRunTimeTravelStream, req, opts)
	if err != nil {
		return nil, err
	}
	return r.open(ctx, q, opts)
}

func (r *Run) timeTravel(op operation, req TimeTravelRequest, opts []Option) (request, error) {
	if len(req.Step) == 0 {
		return request{}, errors.New("mastra: TimeTravelRequest.Step is empty")
	}
	return r.post(op, req, req.RequestContext, req.Extra, opts), r.check()
}

// RestartRequest takes a run up again.
type RestartRequest struct {
	Tracing *TracingOptions `json:"tracingOptions,omitempty"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
}

// Restart takes up a run that a crash of the server has cut off, from the last
// step it had reached, and waits until it has ended or is suspended. The server
// gives up waiting after its own limit, 180 s if not configured otherwise
// ([ErrTimeout]; the run goes on). An unknown run matches [ErrNotFound].
//
// POST /workflows/{workflowId}/restart-async. Never repeated once it was sent.
func (r *Run) Restart(ctx context.Context, req RestartRequest, opts ...Option) (*RunState, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	return r.state(ctx, r.post(opRunRestart, req, req.RequestContext, nil, opts))
}

// RestartDetached is Restart, and returns at once.
//
// POST /workflows/{workflowId}/restart. Never repeated once it was sent.
func (r *Run) RestartDetached(ctx context.Context, req RestartRequest, opts ...Option) error {
	if err := r.check(); err != nil {
		return err
	}
	return r.c.call(ctx, r.post(opRunRestartDetached, req, req.RequestContext, nil, opts), nil)
}

// StartAsync starts the run and waits, in a single exchange of JSON. Prefer
// [Run.Start]: this route runs a run twice that is started twice, gives no way to
// make up for a lost answer, and gives up waiting after 180 s. What it has over
// Start are TraceID and SpanID in the result.
//
// POST /workflows/{workflowId}/start-async. Never repeated once it was sent.
func (r *Run) StartAsync(ctx context.Context, req StartRequest, opts ...Option) (*RunState, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	return r.state(ctx, r.post(opRunStartAsync, req, req.RequestContext, req.Extra, opts))
}

// ResumeAsync answers the suspended run and waits, in a single exchange of JSON
// after the one that reads the run. Prefer [Run.Resume], which makes up for lost
// answers; what this has over it are TraceID and SpanID in the result.
//
// POST /workflows/{workflowId}/resume-async. Never repeated once it was sent.
func (r *Run) ResumeAsync(ctx context.Context, req ResumeRequest, opts ...Option) (*RunState, error) {
	at, _, err := r.suspension(ctx, req, opts)
	if err != nil {
		return nil, err
	}
	return r.state(ctx, r.resumeRequest(opRunResumeAsync, at, req, opts))
}

// ResumeNoWait is [Run.ResumeDetached] by another route of the server.
//
// POST /workflows/{workflowId}/resume-no-wait. Never repeated once it was sent.
func (r *Run) ResumeNoWait(ctx context.Context, req ResumeRequest, opts ...Option) error {
	at, _, err := r.suspension(ctx, req, opts)
	if err != nil {
		return err
	}
	return r.c.call(ctx, r.resumeRequest(opRunResumeNoWait, at, req, opts), nil)
}

// post is a request to a route that takes the run id in the query.
func (r *Run) post(op operation, body any, values, extra map[string]any, opts []Option) request {
	return request{op: op, ids: []string{r.workflow}, query: r.query(), body: body, extra: extra, context: values, opts: opts}
}

// state sends a request that is answered with the run's state.
func (r *Run) state(ctx context.Context, q request) (*RunState, error) {
	s, err := callFor[RunState](ctx, r.c, q)
	if err != nil {
		return nil, err
	}
	s.RunID, s.WorkflowID = r.id, r.workflow
	return s, nil
}
