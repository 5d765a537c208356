package mastra

import (
	"context"
	"iter"
	"time"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/internal/veil"
)

// RunCounts counts the runs of a workflow that are in progress and that wait: see
// [gen.RunCounts].
type RunCounts = gen.RunCounts

// RunCounts counts runs, by workflow. The server may be some seconds behind.
//
// GET /workflows/run-counts. Safe to repeat, and repeated.
func (w Workflows) RunCounts(ctx context.Context, opts ...Option) (map[string]RunCounts, error) {
	var out map[string]RunCounts
	err := w.c.call(ctx, opts, call.Request{Op: route.WorkflowsRunCounts}, &out)
	return out, err
}

// ListRunsRequest picks runs.
type ListRunsRequest struct {
	// Page counts from 0; another than the first needs PerPage. PerPage is how many a
	// page holds; 0 lists all on one page.
	Page, PerPage int
	// ResourceID lists the runs of this owner only, Status those that stand there.
	ResourceID string
	Status     RunStatus
	// Since and Until bound when the runs were made; zero does not.
	Since, Until time.Time
}

// RunPage is one page of runs, the newest first.
type RunPage struct {
	Runs []RunState `json:"runs"`
	// Total counts the runs of all pages.
	Total int `json:"total"`
}

// ListRuns reads one page of the workflow's runs, each with its whole state.
//
// GET /workflows/{workflowId}/runs. Safe to repeat, and repeated.
func (w *Workflow) ListRuns(ctx context.Context, req ListRunsRequest, opts ...Option) (*RunPage, error) {
	var p call.Params
	if err := putPage(&p, "ListRunsRequest", req.Page, req.PerPage); err != nil {
		return nil, err
	}
	p.Set("resourceId", req.ResourceID)
	p.Set("status", string(req.Status))
	p.SetTime("fromDate", req.Since)
	p.SetTime("toDate", req.Until)
	return callFor[RunPage](ctx, w.c, opts, call.Request{Op: route.WorkflowListRuns, IDs: []string{w.id}, Query: p.Values, Refused: p.Err})
}

// Runs iterates over the workflow's runs, the newest first. It reads pages of about
// req.PerPage, 50 if that is 0, as they are needed; req.Page is not looked at. A run
// that is in the list all the time is given once, also while others come and go: see
// [Memory.Threads].
func (w *Workflow) Runs(ctx context.Context, req ListRunsRequest, opts ...Option) iter.Seq2[RunState, error] {
	if req.PerPage == 0 {
		req.PerPage = 50
	}
	return listing[RunState]{
		perPage: req.PerPage,
		id:      func(s *RunState) string { return s.RunID },
		place:   unmoved[RunState],
		fetch: func(page, perPage int) (listPage[RunState], error) {
			ask := req
			ask.Page, ask.PerPage = page, perPage
			out, err := w.ListRuns(ctx, ask, opts...)
			if err != nil {
				return listPage[RunState]{}, err
			}
			return listPage[RunState]{items: out.Runs, more: page*perPage+len(out.Runs) < out.Total}, nil
		},
	}.all()
}

// RestartAll takes up all runs of the workflow that a crash of the server has cut
// off, and waits for them.
//
// POST /workflows/{workflowId}/restart-all-active-workflow-runs-async. Never
// repeated once it was sent.
func (w *Workflow) RestartAll(ctx context.Context, opts ...Option) error {
	return w.c.call(ctx, opts, call.Request{Op: route.WorkflowRestartAllActiveAsync, IDs: []string{w.id}}, nil)
}

// RestartAllDetached is RestartAll, and returns at once.
//
// POST /workflows/{workflowId}/restart-all-active-workflow-runs. Never repeated
// once it was sent.
func (w *Workflow) RestartAllDetached(ctx context.Context, opts ...Option) error {
	return w.c.call(ctx, opts, call.Request{Op: route.WorkflowRestartAllActive, IDs: []string{w.id}}, nil)
}

func (p *RunPage) hide(through func() *veil.Veil) {
	for i := range p.Runs {
		p.Runs[i].hide(through)
	}
}
