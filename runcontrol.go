package mastra

import (
	"context"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// Delete removes the run's record. It does not stop a run in progress. A run that
// is not there matches [ErrNotFound].
//
// DELETE /workflows/{workflowId}/runs/{runId}. Safe to repeat, and repeated.
func (r *Run) Delete(ctx context.Context, opts ...Option) error {
	return r.c.call(ctx, opts, r.about(route.WorkflowDeleteRun), nil)
}

// TimeTravelRequest runs a run again from one of its steps on.
type TimeTravelRequest struct {
	// Path is where to begin: the list of step ids, several for a nested workflow.
	Path []string `json:"step"`
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
	return r.state(ctx, opts, r.timeTravel(route.WorkflowTimeTravelAsync, req))
}

// TimeTravelDetached is TimeTravel, and returns at once.
//
// POST /workflows/{workflowId}/time-travel. Never repeated once it was sent.
func (r *Run) TimeTravelDetached(ctx context.Context, req TimeTravelRequest, opts ...Option) error {
	return r.c.call(ctx, opts, r.timeTravel(route.WorkflowTimeTravel, req), nil)
}

// TimeTravelStream is TimeTravel, and streams what happens.
//
// POST /workflows/{workflowId}/time-travel-stream. Never repeated once it was sent.
func (r *Run) TimeTravelStream(ctx context.Context, req TimeTravelRequest, opts ...Option) (*RunStream, error) {
	r, err := r.with(opts)
	if err != nil {
		return nil, err
	}
	return r.open(ctx, r.timeTravel(route.WorkflowTimeTravelStream, req))
}

func (r *Run) timeTravel(op route.Operation, req TimeTravelRequest) call.Request {
	q := r.post(op, req, req.RequestContext, req.Extra)
	if len(req.Path) == 0 {
		q.Refused = refuse("TimeTravelRequest.Path is empty")
	}
	return q
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
	return r.state(ctx, opts, r.post(route.WorkflowRestartAsync, req, req.RequestContext, nil))
}

// RestartDetached is Restart, and returns at once.
//
// POST /workflows/{workflowId}/restart. Never repeated once it was sent.
func (r *Run) RestartDetached(ctx context.Context, req RestartRequest, opts ...Option) error {
	return r.c.call(ctx, opts, r.post(route.WorkflowRestart, req, req.RequestContext, nil), nil)
}
