package mastra

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/stream"
)

var (
	opAgentSendMessage  = post("AgentSendMessage", "/agents/{agentId}/send-message").contextInQuery()
	opAgentQueueMessage = post("AgentQueueMessage", "/agents/{agentId}/queue-message").contextInQuery()
	opAgentSendSignal   = post("AgentSendSignal", "/agents/{agentId}/signals").contextInQuery()
	opAgentAbortThread  = post("AgentAbortThread", "/agents/{agentId}/threads/abort").contextInQuery()
	opAgentSubscribe    = post("AgentSubscribeThread", "/agents/{agentId}/threads/subscribe").contextInQuery().sse(stream.EndEndless).quiet(60*time.Second, 0)
	opAgentSuspended    = get("AgentSuspendedRuns", "/agents/{agentId}/suspended-runs")
	opAgentSendApproval = post("AgentSendToolApproval", "/agents/{agentId}/send-tool-approval")
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
	return a.message(ctx, opAgentSendMessage, to, text, opts)
}

// QueueMessage is SendMessage for after the active run has ended.
//
// POST /agents/{agentId}/queue-message. Repeated only where the server refused it unprocessed.
func (a *Agent) QueueMessage(ctx context.Context, to ThreadTarget, text string, opts ...Option) (*SignalReceipt, error) {
	return a.message(ctx, opAgentQueueMessage, to, text, opts)
}

func (a *Agent) message(ctx context.Context, op operation, to ThreadTarget, text string, opts []Option) (*SignalReceipt, error) {
	if err := to.check(); err != nil {
		return nil, err
	}
	body := struct {
		Message string `json:"message"`
		ThreadTarget
	}{text, to}
	return callFor[SignalReceipt](ctx, a.c, request{op: op, ids: []string{a.id}, body: body, opts: opts})
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
	return callFor[SignalReceipt](ctx, a.c, request{op: opAgentSendSignal, ids: []string{a.id}, body: body, opts: opts})
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
	err = a.c.call(ctx, request{op: opAgentAbortThread, ids: []string{a.id}, body: req, opts: opts}, &out)
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
	cfg, err := a.c.cfg.with(opts)
	if err != nil {
		return nil, err
	}
	r := request{op: opAgentSubscribe, ids: []string{a.id}, body: body, opts: opts}
	b := new(agentBuilder)
	h := hooks{OnChunk: b.add}
	if cfg.reattach {
		again := request{op: r.op, ids: r.ids, body: body, opts: single(opts)}
		h.Continue = func(ctx context.Context, end error) (io.ReadCloser, error) {
			return a.c.resubscribe(ctx, again, &cfg, end)
		}
	}
	s, err := a.c.open(ctx, r, h)
	if err != nil {
		return nil, err
	}
	return &AgentStream{Stream: s, b: b}, nil
}

// resubscribe opens an endless stream again, as soon as the server will have it.
func (c *Client) resubscribe(ctx context.Context, r request, cfg *config, end error) (io.ReadCloser, error) {
	if !broken(end) {
		return nil, end
	}
	for n := 0; ; n++ {
		pause, ok := cfg.wait(n, nil)
		if !ok || sleep(ctx, pause) != nil {
			return nil, end
		}
		resp, _, err := c.openFrames(ctx, r)
		if err == nil {
			const mark = "data: {\"type\":\"" + stream.TypeResubscribed + "\"}\n\n"
			return struct {
				io.Reader
				io.Closer
			}{io.MultiReader(strings.NewReader(mark), resp.Body), resp.Body}, nil
		}
		var e *Error
		if errors.As(err, &e) && e.Status >= 400 && e.Status < 500 && e.Status != http.StatusRequestTimeout && e.Status != http.StatusTooManyRequests {
			return nil, err
		}
	}
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
	var p params
	p.set("threadId", req.ThreadID)
	p.set("resourceId", req.ResourceID)
	p.setTime("fromDate", req.Since)
	p.setTime("toDate", req.Until)
	if req.PerPage > 0 { // the server reads a size only with a page
		p.put("page", itoa(req.Page))
		p.put("perPage", itoa(req.PerPage))
	}
	if p.err != nil {
		return nil, p.err
	}
	return callFor[SuspendedRunPage](ctx, a.c, request{op: opAgentSuspended, ids: []string{a.id}, query: p.values, opts: opts})
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
	err = a.c.call(ctx, request{op: opAgentSendApproval, ids: []string{a.id}, body: answer, context: answer.RequestContext, opts: opts}, &out)
	return out.RunID, err
}
