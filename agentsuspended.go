package mastra

import (
	"context"
	"iter"
	"time"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// What the server says about runs that wait.
type (
	// SuspendedRun is a run that waits for approvals or answers: see [gen.SuspendedRun].
	SuspendedRun = gen.SuspendedRun
	// SuspendedToolCall is a tool call that waits: see [gen.SuspendedToolCall].
	SuspendedToolCall = gen.SuspendedToolCall
	// SuspendedRunPage is one page of runs that wait: see [gen.SuspendedRunPage].
	SuspendedRunPage = gen.SuspendedRunPage
)

// ListSuspendedRunsRequest picks runs that wait.
type ListSuspendedRunsRequest struct {
	// ThreadID and ResourceID list the runs of these only.
	ThreadID, ResourceID string
	// Since and Until bound when they began to wait; zero does not.
	Since, Until time.Time
	// Page counts from 0; another than the first needs PerPage. PerPage is how many a
	// page holds; 0 lists all on one page.
	Page, PerPage int
}

// ListSuspendedRuns lists the agent's runs that wait for approvals or answers, the
// newest first.
//
// GET /agents/{agentId}/suspended-runs. Safe to repeat, and repeated.
func (a *Agent) ListSuspendedRuns(ctx context.Context, req ListSuspendedRunsRequest, opts ...Option) (*SuspendedRunPage, error) {
	var p call.Params
	if err := putPage(&p, "ListSuspendedRunsRequest", req.Page, req.PerPage); err != nil {
		return nil, err
	}
	p.Set("threadId", req.ThreadID)
	p.Set("resourceId", req.ResourceID)
	p.SetTime("fromDate", req.Since)
	p.SetTime("toDate", req.Until)
	return callFor[SuspendedRunPage](ctx, a.c, opts, call.Request{Op: route.AgentSuspendedRuns, IDs: []string{a.id}, Query: p.Values, Refused: p.Err})
}

// SuspendedRuns iterates over the agent's runs that wait, the newest first. It reads
// pages of about req.PerPage, 50 if that is 0, as they are needed; req.Page is not
// looked at. A run that waits all the time is given once, also while others come and go:
// see [Memory.Threads].
func (a *Agent) SuspendedRuns(ctx context.Context, req ListSuspendedRunsRequest, opts ...Option) iter.Seq2[SuspendedRun, error] {
	if req.PerPage == 0 {
		req.PerPage = 50
	}
	return listing[SuspendedRun]{
		perPage: req.PerPage,
		id:      func(s *SuspendedRun) string { return s.RunID },
		place:   unmoved[SuspendedRun],
		fetch: func(page, perPage int) (listPage[SuspendedRun], error) {
			ask := req
			ask.Page, ask.PerPage = page, perPage
			out, err := a.ListSuspendedRuns(ctx, ask, opts...)
			if err != nil {
				return listPage[SuspendedRun]{}, err
			}
			return listPage[SuspendedRun]{items: out.Runs, more: page*perPage+len(out.Runs) < out.Total}, nil
		},
	}.all()
}

// ToolApprovalRequest answers a tool call of a run on a thread that others stream.
type ToolApprovalRequest struct {
	ThreadID   string `json:"threadId"`
	ResourceID string `json:"resourceId"`
	ToolCallID string `json:"toolCallId"`
	Approved   bool   `json:"approved"`
	// Data answers a tool that has suspended the run.
	Data any `json:"resumeData,omitempty"`
	// Messages, with Approved, start another run with what they say, such as the result
	// of a client tool: nothing need wait for the approval then.
	Messages Messages `json:"messages,omitempty"`
	// StreamOptions are options for the rest of the run, members of an [AgentRequest].
	StreamOptions map[string]any `json:"streamOptions,omitempty"`
	// ClientTools that the model of the rest of the run can call. Whoever follows the
	// thread with them runs them: see [Agent.SubscribeThread]. The run of a durable agent
	// keeps those that it was begun with; any other has none without these.
	ClientTools []ClientTool `json:"-"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
}

// SendToolApproval answers a tool call that waits, for those who follow the run
// by [Agent.SubscribeThread]: it does not stream what follows. A call that does
// not wait matches [ErrServer].
//
// POST /agents/{agentId}/send-tool-approval. Never repeated once it was sent.
func (a *Agent) SendToolApproval(ctx context.Context, req ToolApprovalRequest, opts ...Option) (runID string, err error) {
	if req.ThreadID == "" || req.ResourceID == "" || req.ToolCallID == "" {
		return "", refuse("ToolApprovalRequest needs a thread, a resource and a tool call")
	}
	options, err := withTools(req.StreamOptions, req.ClientTools, "ToolApprovalRequest")
	if err != nil {
		return "", err
	}
	req.StreamOptions = a.version.inOptions(a.id, options)
	var out gen.ToolApproval
	err = a.c.call(ctx, opts, call.Request{Op: route.AgentSendToolApproval, IDs: []string{a.id}, Body: req, Context: a.version.inContext(req.RequestContext)}, &out)
	return out.RunID, err
}
