package mastra

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/stream"
)

// What the server says about messages to a thread, and runs that wait.
type (
	// SignalReceipt says which run got a message or signal.
	SignalReceipt = gen.SignalReceipt
	// Signal is a message to a run in progress that may be other than a user's.
	Signal = gen.AgentSignal
	// IfActive says what happens to a message while a run is active on the thread.
	IfActive = gen.IfActive
	// IfIdle says what happens to a message while no run is.
	IfIdle = gen.IfIdle
	// SuspendedRun is a run that waits for approvals or answers.
	SuspendedRun = gen.SuspendedRun
	// SuspendedRunPage is one page of them.
	SuspendedRunPage = gen.SuspendedRunPage
)

// ThreadTarget says whom a message is for: a run, or a thread and its resource.
type ThreadTarget struct {
	RunID      string `json:"runId,omitzero"`
	ThreadID   string `json:"threadId,omitzero"`
	ResourceID string `json:"resourceId,omitzero"`
	// IfActive and IfIdle override what happens while a run is, or is not, active.
	IfActive *IfActive `json:"ifActive,omitempty"`
	IfIdle   *IfIdle   `json:"ifIdle,omitempty"`
}

func (t ThreadTarget) check() error {
	if t.RunID == "" && t.ThreadID == "" {
		return errors.New("mastra: ThreadTarget has neither a run nor a thread")
	}
	return nil
}

// SendMessage gives a user's message to the run that is active on the thread, or
// starts one. It does not wait for the answer: see [Agent.SubscribeThread]. An
// unknown run matches [ErrServer].
//
// POST /agents/{agentId}/send-message. Repeated only where the server refused it unprocessed.
func (a *Agent) SendMessage(ctx context.Context, to ThreadTarget, text string, opts ...Option) (*SignalReceipt, error) {
	return a.message(ctx, route.AgentSendMessage, to, text, opts)
}

// QueueMessage is SendMessage for after the active run has ended.
//
// POST /agents/{agentId}/queue-message. Repeated only where the server refused it unprocessed.
func (a *Agent) QueueMessage(ctx context.Context, to ThreadTarget, text string, opts ...Option) (*SignalReceipt, error) {
	return a.message(ctx, route.AgentQueueMessage, to, text, opts)
}

func (a *Agent) message(ctx context.Context, op route.Operation, to ThreadTarget, text string, opts []Option) (*SignalReceipt, error) {
	if err := to.check(); err != nil {
		return nil, err
	}
	body := struct {
		Message string `json:"message"`
		ThreadTarget
	}{text, to}
	return callFor[SignalReceipt](ctx, a.c, opts, call.Request{Op: op, IDs: []string{a.id}, Body: body})
}

// SendSignal gives a signal to the run that is active on the thread, or starts one.
//
// POST /agents/{agentId}/signals. Repeated only where the server refused it unprocessed.
func (a *Agent) SendSignal(ctx context.Context, to ThreadTarget, signal Signal, opts ...Option) (*SignalReceipt, error) {
	if err := to.check(); err != nil {
		return nil, err
	}
	body := struct {
		Signal Signal `json:"signal"`
		ThreadTarget
	}{signal, to}
	return callFor[SignalReceipt](ctx, a.c, opts, call.Request{Op: route.AgentSendSignal, IDs: []string{a.id}, Body: body})
}

// AbortThreadRequest says which run to stop.
type AbortThreadRequest struct {
	ThreadID   string `json:"threadId"`
	ResourceID string `json:"resourceId,omitzero"`
	// ExpectedRunID stops only this run.
	ExpectedRunID string `json:"expectedRunId,omitzero"`
}

// AbortThread stops the run that is active on the thread, a durable one too, and
// tells whether there was one.
//
// POST /agents/{agentId}/threads/abort. Repeated only where the server refused it unprocessed.
func (a *Agent) AbortThread(ctx context.Context, req AbortThreadRequest, opts ...Option) (aborted bool, err error) {
	if req.ThreadID == "" {
		return false, errors.New("mastra: AbortThreadRequest.ThreadID is empty")
	}
	var out gen.AbortResult
	err = a.c.call(ctx, opts, call.Request{Op: route.AgentAbortThread, IDs: []string{a.id}, Body: req}, &out)
	return out.Aborted, err
}

// SubscribeThread streams the chunks of every run on the thread, whoever starts
// it, until the caller closes the stream or ctx ends: it has no good end.
//
// A subscription that breaks, or on which nothing arrives for 60 s, not even the
// server's heartbeat ([WithIdleTimeout]), is taken up again, after the pauses of
// [WithBackoff], for as long as it takes. A chunk of type "resubscribed" tells where:
// what happened in between is missing. An answer that will not change, such as 401 or
// 404, ends the stream with its error. With [WithReattach](false) a subscription that
// breaks ends with [ErrTruncated] or [ErrIdleTimeout].
//
// POST /agents/{agentId}/threads/subscribe. Repeated, before the stream is open,
// only where the server refused it unprocessed.
func (a *Agent) SubscribeThread(ctx context.Context, threadID, resourceID string, opts ...Option) (*AgentStream, error) {
	if threadID == "" {
		return nil, errors.New("mastra: SubscribeThread: the thread id is empty")
	}
	body := struct {
		ThreadID   string `json:"threadId"`
		ResourceID string `json:"resourceId,omitzero"`
	}{threadID, resourceID}
	a, err := a.with(opts)
	if err != nil {
		return nil, err
	}
	q := call.Request{Op: route.AgentSubscribeThread, IDs: []string{a.id}, Body: body}
	x, err := a.c.begin(ctx, q)
	if err != nil {
		return nil, err
	}
	resp, o, err := x.Frames(ctx)
	if err != nil {
		return nil, publicError(err)
	}
	b := new(agentBuilder)
	h := hooks{OnChunk: b.add}
	if a.c.cfg.reattach {
		s := &subscription{client: a.c.quiet(), request: q, last: x}
		h.OnChunk = func(c *stream.Chunk) { s.last.Progressed(); b.add(c) }
		h.Continue = s.again
	}
	return &AgentStream{Stream: stream.NewWithHooks(ctx, resp.Body, o, h), b: b}, nil
}

// subscription is a stream without an end, which is opened again when it breaks.
type subscription struct {
	client  *Client
	request call.Request
	last    *call.Exchange // that opened it
}

// again opens the stream again, as soon as the server will have it.
func (s *subscription) again(ctx context.Context, end error) (io.ReadCloser, error) {
	if !broken(end) {
		return nil, end
	}
	s.request.After, s.request.Endless = s.last, true
	x, err := s.client.begin(ctx, s.request)
	if err != nil {
		return nil, err
	}
	s.last = x
	resp, _, err := x.Again(ctx, end)
	if err != nil {
		return nil, publicError(err)
	}
	const mark = "data: {\"type\":\"" + stream.TypeResubscribed + "\"}\n\n"
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(strings.NewReader(mark), resp.Body), resp.Body}, nil
}

// SuspendedRunsRequest picks runs that wait.
type SuspendedRunsRequest struct {
	// ThreadID and ResourceID list the runs of these only.
	ThreadID, ResourceID string
	// Since and Until bound when they began to wait; zero does not.
	Since, Until time.Time
	// Page counts from 0; PerPage 0 lists all.
	Page, PerPage int
}

// SuspendedRuns lists the agent's runs that wait for approvals or answers, the
// newest first.
//
// GET /agents/{agentId}/suspended-runs. Safe to repeat, and repeated.
func (a *Agent) SuspendedRuns(ctx context.Context, req SuspendedRunsRequest, opts ...Option) (*SuspendedRunPage, error) {
	if req.Page < 0 || req.PerPage < 0 {
		return nil, errors.New("mastra: SuspendedRunsRequest: Page and PerPage must not be negative")
	}
	if req.Page > 0 && req.PerPage == 0 {
		return nil, errors.New("mastra: SuspendedRunsRequest: Page needs PerPage")
	}
	var p call.Params
	p.Set("threadId", req.ThreadID)
	p.Set("resourceId", req.ResourceID)
	p.SetTime("fromDate", req.Since)
	p.SetTime("toDate", req.Until)
	if req.PerPage > 0 { // the server reads a size only with a page
		p.Put("page", strconv.Itoa(req.Page))
		p.Put("perPage", strconv.Itoa(req.PerPage))
	}
	if p.Err != nil {
		return nil, p.Err
	}
	return callFor[SuspendedRunPage](ctx, a.c, opts, call.Request{Op: route.AgentSuspendedRuns, IDs: []string{a.id}, Query: p.Values})
}

// ToolApproval answers a tool call of a run on a thread that others stream.
type ToolApproval struct {
	ThreadID   string `json:"threadId"`
	ResourceID string `json:"resourceId"`
	ToolCallID string `json:"toolCallId"`
	Approved   bool   `json:"approved"`
	// Data answers a tool that has suspended the run.
	Data any `json:"resumeData,omitempty"`
	// Messages go to the run along with the answer.
	Messages Messages `json:"messages,omitempty"`
	// StreamOptions are options for the rest of the run.
	StreamOptions map[string]any `json:"streamOptions,omitempty"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
}

// SendToolApproval answers a tool call that waits, for those who follow the run
// by [Agent.SubscribeThread]: it does not stream what follows. A call that does
// not wait matches [ErrServer].
//
// POST /agents/{agentId}/send-tool-approval. Never repeated once it was sent.
func (a *Agent) SendToolApproval(ctx context.Context, answer ToolApproval, opts ...Option) (runID string, err error) {
	if answer.ThreadID == "" || answer.ResourceID == "" || answer.ToolCallID == "" {
		return "", errors.New("mastra: ToolApproval needs a thread, a resource and a tool call")
	}
	var out gen.ToolApproval
	err = a.c.call(ctx, opts, call.Request{Op: route.AgentSendToolApproval, IDs: []string{a.id}, Body: answer, Context: answer.RequestContext}, &out)
	return out.RunID, err
}
