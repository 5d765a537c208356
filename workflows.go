package mastra

import (
	"context"
	"net/url"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// WorkflowInfo is what the server says about a workflow, its steps and schemas, each
// as a bare [Schema]: see [gen.WorkflowInfo].
type WorkflowInfo = gen.WorkflowInfo

// Workflows is the collection of the server's workflows: see [Client.Workflows].
type Workflows struct{ c *Client }

// Workflows lists what the server offers.
func (c *Client) Workflows() Workflows { return Workflows{c} }

// List describes all workflows, by key. The key works as an id.
//
// GET /workflows. Safe to repeat, and repeated.
func (w Workflows) List(ctx context.Context, opts ...Option) (map[string]WorkflowInfo, error) {
	return w.list(ctx, nil, opts)
}

// ListPartial is List without the schemas and the steps, which are most of the answer.
// StepCount gives the number of the steps, and IsProcessorWorkflow is not told.
//
// GET /workflows?partial=true. Safe to repeat, and repeated.
func (w Workflows) ListPartial(ctx context.Context, opts ...Option) (map[string]WorkflowInfo, error) {
	return w.list(ctx, partial(), opts)
}

func (w Workflows) list(ctx context.Context, query url.Values, opts []Option) (out map[string]WorkflowInfo, err error) {
	err = w.c.call(ctx, opts, call.Request{Op: route.WorkflowsList, Query: query}, &out)
	return out, err
}

// Workflow is a handle to one workflow of the server. It holds the id only.
type Workflow struct {
	c  *Client
	id string
}

// Workflow gives a handle to the workflow with this id (or key).
func (c *Client) Workflow(id string) *Workflow { return &Workflow{c, id} }

// ID of the workflow.
func (w *Workflow) ID() string { return w.id }

// Get describes the workflow. An unknown one matches [ErrNotFound].
//
// GET /workflows/{workflowId}. Safe to repeat, and repeated.
func (w *Workflow) Get(ctx context.Context, opts ...Option) (*WorkflowInfo, error) {
	return callFor[WorkflowInfo](ctx, w.c, opts, call.Request{Op: route.WorkflowGet, IDs: []string{w.id}})
}

// StartRequest starts a run.
type StartRequest struct {
	// Input is encoded as JSON and must fit the workflow's input schema.
	Input any `json:"inputData,omitempty"`
	// State is the initial shared state, for workflows that have one.
	State any `json:"initialState,omitempty"`
	// ResourceID is the id of who owns the run, usually a user.
	ResourceID string `json:"resourceId,omitzero"`
	// PerStep pauses the run after its first step.
	PerStep bool            `json:"perStep,omitzero"`
	Tracing *TracingOptions `json:"tracingOptions,omitempty"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
	// Extra holds members of the body that this struct does not model.
	Extra map[string]any `json:"-"`
}

// Start runs the workflow and waits until it has ended or is suspended. It is
// [Run.Start] of a new run: read there what happens when an answer is lost.
//
// A run that failed is not an error of the call: see [RunState.Err]. Input that
// does not fit matches [ErrInvalidInput], an unknown workflow [ErrNotFound].
func (w *Workflow) Start(ctx context.Context, req StartRequest, opts ...Option) (*RunState, error) {
	return w.NewRun().Start(ctx, req, opts...)
}

// Stream starts a new run and streams what happens in it: see [Run.Stream].
func (w *Workflow) Stream(ctx context.Context, req StartRequest, opts ...Option) (*RunStream, error) {
	return w.NewRun().Stream(ctx, req, opts...)
}

// Resume answers a suspended run and waits until it has ended or is suspended
// again: see [Run.Resume].
func (w *Workflow) Resume(ctx context.Context, runID string, req ResumeRequest, opts ...Option) (*RunState, error) {
	return w.Run(runID).Resume(ctx, req, opts...)
}

// NewRun makes a run with a fresh id. It does no I/O: the server learns of the
// run when it is started.
func (w *Workflow) NewRun() *Run { return w.Run(call.NewID()) }

// Run gives a handle to the run with this id, also to one that another process has
// started.
func (w *Workflow) Run(id string) *Run { return &Run{c: w.c, workflow: w.id, id: id} }

// CreateRunRequest records a run.
type CreateRunRequest struct {
	// RunID is the run's id; the client makes one where it is empty.
	RunID string `json:"-"`
	// ResourceID is the id of who owns the run, usually a user.
	ResourceID     string `json:"resourceId,omitzero"`
	DisableScorers bool   `json:"disableScorers,omitzero"`
}

// CreateRun records a run as pending on the server, without starting it.
// Start does not need it. Creating a run whose id exists changes nothing.
//
// POST /workflows/{workflowId}/create-run. Safe to repeat, and repeated: the
// client fills in the id.
func (w *Workflow) CreateRun(ctx context.Context, req CreateRunRequest, opts ...Option) (*Run, error) {
	if req.RunID == "" {
		req.RunID = call.NewID()
	}
	err := w.c.call(ctx, opts, call.Request{
		Op: route.WorkflowCreateRun, IDs: []string{w.id}, Query: url.Values{"runId": {req.RunID}}, Body: req,
	}, nil)
	if err != nil {
		return nil, err
	}
	return w.Run(req.RunID), nil
}
