package mastra

import (
	"context"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// RunField is a part of a run's record that can be read by itself.
type RunField string

// The parts, and where they stand in a [RunState].
const (
	RunFieldInput       RunField = "payload"             // Input
	RunFieldResult      RunField = "result"              // Result
	RunFieldFailure     RunField = "error"               // Failure
	RunFieldSteps       RunField = "steps"               // Steps
	RunFieldActivePaths RunField = "activeStepsPath"     // ActivePaths
	RunFieldGraph       RunField = "serializedStepGraph" // Graph
)

// GetRunRequest says what of a run is read.
type GetRunRequest struct {
	// Fields are the parts that are read; none reads all.
	Fields []RunField
	// WithoutNested leaves the steps of nested workflows out of Steps, for which the
	// server reads a record of their own.
	WithoutNested bool
}

// GetPartial is Get for a part of the run. The ids, Status and the times are always
// told; what was not asked for is empty.
//
// [RunState.Suspensions] needs [RunFieldSteps] and [RunFieldGraph]; with WithoutNested
// it lacks the places inside of nested workflows. [RunState.Err] names a cause with
// [RunFieldFailure] only. The shared state and the labels of steps are told where
// no Fields are named.
//
// GET /workflows/{workflowId}/runs/{runId}. Safe to repeat, and repeated.
func (r *Run) GetPartial(ctx context.Context, req GetRunRequest, opts ...Option) (*RunState, error) {
	if slices.Contains(req.Fields, "") {
		return nil, refuse("GetRunRequest.Fields: a field is empty")
	}
	var p call.Params
	fields := make([]string, len(req.Fields))
	for i, f := range req.Fields {
		fields[i] = string(f)
	}
	p.Set("fields", strings.Join(fields, ","))
	if req.WithoutNested {
		p.Put("withNestedWorkflows", "false")
	}
	q := r.about(route.WorkflowGetRun)
	q.Query = p.Values
	return callFor[RunState](ctx, r.c, opts, q)
}
