package mastra

import (
	"context"
	"iter"
	"time"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// What the server says about an agent's memory.
type (
	// MemoryStatus tells whether an agent has memory: see [gen.MemoryStatus].
	MemoryStatus = gen.MemoryStatus
	// MemoryConfig is how an agent's memory is set up: see [gen.MemoryConfig].
	MemoryConfig = gen.MemoryConfig
	// MemorySearchPage is what a search found: see [gen.MemorySearchPage].
	MemorySearchPage = gen.MemorySearchPage
	// ObservationPage is what an agent has observed of a thread or resource: see
	// [gen.ObservationPage].
	ObservationPage = gen.ObservationPage
	// ObservationRecord is one record of it: see [gen.ObservationRecord].
	ObservationRecord = gen.ObservationRecord
)

// Status tells whether the agent has memory. Beware: an unknown agent is said to
// have it.
//
// GET /memory/status. Safe to repeat, and repeated.
func (m *Memory) Status(ctx context.Context, opts ...Option) (*MemoryStatus, error) {
	if err := m.needAgent(); err != nil {
		return nil, err
	}
	return m.status(ctx, "", opts)
}

// MemoryStatus is [Memory.Status], and where the agent has observational memory it tells
// how that of this thread stands.
//
// GET /memory/status. Safe to repeat, and repeated.
func (t *Thread) MemoryStatus(ctx context.Context, opts ...Option) (*MemoryStatus, error) {
	if err := t.m.needAgent(); err != nil {
		return nil, err
	}
	if err := call.CheckID("threadId", t.id); err != nil {
		return nil, err
	}
	return t.m.status(ctx, t.id, opts)
}

func (m *Memory) status(ctx context.Context, threadID string, opts []Option) (*MemoryStatus, error) {
	p := m.query()
	p.Set("threadId", threadID)
	return callFor[MemoryStatus](ctx, m.c, opts, call.Request{Op: route.MemoryStatus, Query: p.Values})
}

// Config reads how the agent's memory is set up; nil where it has none, or where
// there is no such agent.
//
// GET /memory/config. Safe to repeat, and repeated.
func (m *Memory) Config(ctx context.Context, opts ...Option) (*MemoryConfig, error) {
	query, err := m.agentQuery()
	if err != nil {
		return nil, err
	}
	out, err := callFor[gen.MemorySettings](ctx, m.c, opts, call.Request{Op: route.MemoryConfig, Query: query})
	if err != nil {
		return nil, err
	}
	return out.Config, nil
}

// Threads iterates over threads, the newest first if req.Order does not say
// otherwise. It reads pages of about req.PerPage, 100 if that is 0, as they are needed;
// req.Page is not looked at.
//
// A thread that is in the list all the time is given once, also while others are made,
// deleted and updated. One that comes to the front of the list while the walk is behind
// it is given last. The pages overlap, which is how the walk notes that threads have
// moved; one that holds nothing new is read again further back. A server whose pages
// bring nothing new at all, again and again, ends the walk with an error.
func (m *Memory) Threads(ctx context.Context, req ListThreadsRequest, opts ...Option) iter.Seq2[ThreadRecord, error] {
	if req.PerPage == 0 {
		req.PerPage = 100
	}
	return listing[ThreadRecord]{
		perPage: req.PerPage,
		id:      func(t *ThreadRecord) string { return t.ID },
		place:   req.Order.place(),
		toFront: req.Order.Direction != Ascending,
		fetch: func(page, perPage int) (listPage[ThreadRecord], error) {
			ask := req
			ask.Page, ask.PerPage = page, perPage
			out, err := m.ListThreads(ctx, ask, opts...)
			if err != nil {
				return listPage[ThreadRecord]{}, err
			}
			return listPage[ThreadRecord]{items: out.Threads, more: out.HasMore}, nil
		},
	}.all()
}

// place is the time that threads are sorted by. That of their making changes too: where
// one is made again under its id.
func (o Order) place() func(*ThreadRecord) time.Time {
	if o.Field == ByUpdatedAt {
		return func(t *ThreadRecord) time.Time { return t.UpdatedAt.Time }
	}
	return func(t *ThreadRecord) time.Time { return t.CreatedAt.Time }
}

// DeleteMessages removes messages by id. Ids that do not exist do not count.
// With a handle of ForResource, a message of another resource matches [ErrForbidden].
//
// POST /memory/messages/delete. Safe to repeat, and repeated.
func (m *Memory) DeleteMessages(ctx context.Context, ids []string, opts ...Option) error {
	if err := m.needAgent(); err != nil {
		return err
	}
	if len(ids) == 0 {
		return refuse("DeleteMessages: no message ids")
	}
	for _, id := range ids {
		if id == "" {
			return refuse("DeleteMessages: a message id is empty")
		}
	}
	p := m.query()
	body := struct {
		MessageIDs []string `json:"messageIds"`
	}{ids}
	return m.c.call(ctx, opts, call.Request{Op: route.MemoryDeleteMessages, Query: p.Values, Body: body}, nil)
}

// SearchRequest looks for messages.
type SearchRequest struct {
	// Query is what to look for.
	Query string
	// ResourceID whose messages are searched; the handle's where it is empty.
	ResourceID string
	// ThreadID searches this thread only.
	ThreadID string
	// Limit is how many to find at most; 0 leaves it to the server: 20.
	Limit int
	// Config overrides the memory's settings for this call.
	Config map[string]any
}

// Search finds messages by meaning, where the agent's memory has an embedder, or
// else by text.
//
// GET /memory/search. Safe to repeat, and repeated.
func (m *Memory) Search(ctx context.Context, req SearchRequest, opts ...Option) (*MemorySearchPage, error) {
	if err := m.needAgent(); err != nil {
		return nil, err
	}
	resource, err := m.resourceOr(req.ResourceID)
	switch {
	case err != nil:
		return nil, err
	case req.Query == "":
		return nil, refuse("SearchRequest.Query is empty")
	case resource == "":
		return nil, refuse("SearchRequest.ResourceID is empty; set it, or use Memory.ForResource")
	case req.Limit < 0:
		return nil, refuse("SearchRequest.Limit is negative")
	}
	var p call.Params
	p.Set("agentId", m.agent)
	p.Set("searchQuery", req.Query)
	p.Set("resourceId", resource)
	p.Set("threadId", req.ThreadID)
	p.Set("limit", req.Limit)
	p.SetJSON("memoryConfig", req.Config)
	return callFor[MemorySearchPage](ctx, m.c, opts, call.Request{Op: route.MemorySearch, Query: p.Values, Refused: p.Err})
}

// ListObservationsRequest picks records of observational memory.
type ListObservationsRequest struct {
	ThreadID string
	// Since and Until bound when the records were made; zero does not.
	Since, Until time.Time
	// Offset skips earlier records, Limit bounds their number; 0 leaves it to the
	// server.
	Offset, Limit int
}

// ListObservations reads what the agent's observational memory holds of the handle's
// resource, or of a thread. An agent without it matches [ErrBadRequest].
//
// GET /memory/observational-memory. Safe to repeat, and repeated.
func (m *Memory) ListObservations(ctx context.Context, req ListObservationsRequest, opts ...Option) (*ObservationPage, error) {
	if err := m.needAgent(); err != nil {
		return nil, err
	}
	if req.Offset < 0 || req.Limit < 0 {
		return nil, refuse("ListObservationsRequest: Offset and Limit must not be negative")
	}
	p := m.query()
	p.Set("threadId", req.ThreadID)
	p.SetTime("from", req.Since)
	p.SetTime("to", req.Until)
	p.Set("offset", req.Offset)
	p.Set("limit", req.Limit)
	return callFor[ObservationPage](ctx, m.c, opts, call.Request{Op: route.MemoryObservational, Query: p.Values, Refused: p.Err})
}

// WaitObservations waits until the observations under way are done, and reads
// the newest record, nil where there is none.
//
// POST /memory/observational-memory/buffer-status. Safe to repeat, and repeated.
func (m *Memory) WaitObservations(ctx context.Context, threadID string, opts ...Option) (*ObservationRecord, error) {
	if err := m.needAgent(); err != nil {
		return nil, err
	}
	body := struct {
		AgentID    string `json:"agentId"`
		ResourceID string `json:"resourceId,omitzero"`
		ThreadID   string `json:"threadId,omitzero"`
	}{m.agent, m.resource, threadID}
	out, err := callFor[gen.BufferStatus](ctx, m.c, opts, call.Request{Op: route.MemoryBufferStatus, Body: body})
	if err != nil {
		return nil, err
	}
	return out.Record, nil
}
