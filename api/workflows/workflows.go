// Package workflows holds the raw routes of workflows that package mastra does not
// use: one request each, nothing made up for. Prefer [mastra.Run.Start] and
// [mastra.Run.Resume], which execute a run once although answers get lost, and do
// not end with the server's limit of 180 s. What these routes have over them are
// TraceID and SpanID in the result.
//
//	runID := client.Workflow("approval").NewRun().ID() // or any other unique text
//	state, err := workflows.New(client).StartAsync(ctx, "approval", runID, mastra.StartRequest{Input: in})
//
// Async is the server's word: these calls wait. NoWait is what package mastra calls
// Detached.
//
// Failures are those of package mastra: an [*mastra.Error].
package workflows

import (
	"context"
	"net/url"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// API calls the routes. It is safe for concurrent use.
type API struct{ client *mastra.Client }

// New gives the routes of the client's server. It does no I/O.
func New(client *mastra.Client) *API { return &API{client} }

// ResumeRequest answers a suspended run.
type ResumeRequest struct {
	// Path is the list of step ids; it may be empty where one step is suspended.
	Path []string `json:"step,omitempty"`
	// Data is encoded as JSON and must fit the step's resume schema.
	Data any `json:"resumeData,omitempty"`
	// ForEachIndex picks the item of a foreach step.
	ForEachIndex *int `json:"forEachIndex,omitempty"`
	// PerStep pauses the run after the step that is resumed.
	PerStep bool                   `json:"perStep,omitzero"`
	Tracing *mastra.TracingOptions `json:"tracingOptions,omitempty"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
	// Extra holds members of the body that this struct does not model.
	Extra map[string]any `json:"-"`
}

// StartAsync starts a run and waits until it has ended or is suspended. A run that
// is started twice is executed twice. After 180 s, if not configured otherwise, the
// server gives up waiting ([mastra.ErrTimeout]; the run goes on).
//
// POST /workflows/{workflowId}/start-async. Repeated only where the server refused
// it unprocessed; any other failure after it was sent matches [mastra.ErrOutcomeUnknown].
func (a *API) StartAsync(ctx context.Context, workflowID, runID string, req mastra.StartRequest, opts ...mastra.Option) (*mastra.RunState, error) {
	return a.wait(ctx, about(route.WorkflowStartAsync, workflowID, runID, req, req.RequestContext, req.Extra), opts)
}

// ResumeAsync answers a suspended run and waits until it has ended or is suspended
// again. A run that is not suspended there matches [mastra.ErrNotSuspended].
//
// POST /workflows/{workflowId}/resume-async. Repeated only where the server refused
// it unprocessed; any other failure after it was sent matches [mastra.ErrOutcomeUnknown].
func (a *API) ResumeAsync(ctx context.Context, workflowID, runID string, req ResumeRequest, opts ...mastra.Option) (*mastra.RunState, error) {
	return a.wait(ctx, about(route.WorkflowResumeAsync, workflowID, runID, req, req.RequestContext, req.Extra), opts)
}

// ResumeNoWait answers a suspended run and returns at once. The server looks at the
// request only afterwards: nothing tells of one that does not fit.
//
// POST /workflows/{workflowId}/resume-no-wait. Repeated only where the server
// refused it unprocessed; any other failure after it was sent matches
// [mastra.ErrOutcomeUnknown].
func (a *API) ResumeNoWait(ctx context.Context, workflowID, runID string, req ResumeRequest, opts ...mastra.Option) error {
	return a.client.Send(ctx, about(route.WorkflowResumeNoWait, workflowID, runID, req, req.RequestContext, req.Extra), nil, opts...)
}

func about(op route.Operation, workflowID, runID string, body any, values, extra map[string]any) call.Request {
	return call.Request{
		Op: op, IDs: []string{workflowID}, Query: url.Values{"runId": {runID}}, Body: body, Extra: extra, Context: values,
		Refused: call.CheckID("runId", runID),
	}
}

func (a *API) wait(ctx context.Context, r call.Request, opts []mastra.Option) (*mastra.RunState, error) {
	s := new(mastra.RunState)
	if err := a.client.Send(ctx, r, s, opts...); err != nil {
		return nil, err
	}
	s.WorkflowID, s.RunID = r.IDs[0], r.Query.Get("runId")
	return s, nil
}
